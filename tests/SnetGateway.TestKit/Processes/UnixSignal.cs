namespace SnetGateway.TestKit.Processes;

/// <summary>The signals that tests send, by their Linux numbers.</summary>
public enum UnixSignal
{
    /// <summary>Ends the process immediately; cannot be caught.</summary>
    Kill = 9,

    /// <summary>Asks the process to end.</summary>
    Terminate = 15,

    /// <summary>Continues after <see cref="Stop"/>.</summary>
    Continue = 18,

    /// <summary>Freezes the process; sockets stay open without a response. Cannot be caught.</summary>
    Stop = 19,
}
