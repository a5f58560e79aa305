namespace SnetGateway.TestKit.Payments;

/// <summary>How one commit of a <see cref="ScriptedStore"/> fails.</summary>
public enum StoreFault
{
    /// <summary>It succeeds.</summary>
    None,

    /// <summary>Reports another revision, and writes nothing.</summary>
    Conflict,

    /// <summary>Rejects the write.</summary>
    NotWritten,

    /// <summary>No response, not written.</summary>
    UnknownLost,

    /// <summary>No response, but written.</summary>
    UnknownWritten,

    /// <summary>No response; written right after the next read, if its comparison still holds.</summary>
    UnknownLandsAfterRead,

    /// <summary>No response; written when the test says so, if its comparison still holds.</summary>
    UnknownLandsLater,

    /// <summary>Written, but a repetition of the same write reports a conflict.</summary>
    RepeatedWrite,

    /// <summary>Responds when the test says so.</summary>
    Stall,

    /// <summary>Throws after the write was done.</summary>
    ThrowsWritten,
}
