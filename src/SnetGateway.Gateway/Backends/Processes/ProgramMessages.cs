namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>In which form a program reads and writes messages.</summary>
public enum ProgramMessages
{
    /// <summary>As its client writes them: protobuf or JSON.</summary>
    AsSent,

    /// <summary>JSON whatever its client writes, turned into protobuf and back by the cluster's descriptors.</summary>
    Json,
}
