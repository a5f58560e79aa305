namespace SnetGateway.TestKit.Processes;

/// <summary>The signals that tests send, by their Linux numbers.</summary>
public enum UnixSignal
{
    /// <summary>Ends at once; cannot be caught.</summary>
    Kill = 9,

    /// <summary>Asks to end.</summary>
    Terminate = 15,

    /// <summary>Goes on after <see cref="Stop"/>.</summary>
    Continue = 18,

    /// <summary>Freezes; sockets stay open and nobody answers. Cannot be caught.</summary>
    Stop = 19,
}
