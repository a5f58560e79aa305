namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>What a program reads and writes.</summary>
public enum ProgramMessages
{
    /// <summary>The client's encoding: protobuf or JSON.</summary>
    AsSent,

    /// <summary>JSON, translated from and to the client's encoding by the cluster's descriptors.</summary>
    Json,

    /// <summary>The content of one text or bytes field.</summary>
    Raw,
}
