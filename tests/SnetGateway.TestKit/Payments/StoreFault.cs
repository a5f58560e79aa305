namespace SnetGateway.TestKit.Payments;

/// <summary>How one commit of a <see cref="ScriptedStore"/> goes wrong.</summary>
public enum StoreFault
{
    /// <summary>Goes right.</summary>
    None,

    /// <summary>Says that the revision is another one, and writes nothing.</summary>
    Conflict,

    /// <summary>Refuses and writes nothing.</summary>
    NotWritten,

    /// <summary>No answer, nothing written.</summary>
    UnknownLost,

    /// <summary>No answer, but written.</summary>
    UnknownWritten,

    /// <summary>No answer; the write lands, if its comparison still holds, right after the next read was answered.</summary>
    UnknownLandsAfterRead,

    /// <summary>No answer; the write lands, if its comparison still holds, when the test says so.</summary>
    UnknownLandsLater,

    /// <summary>Written, and then a repetition of the same write on the way reports a conflict.</summary>
    RepeatedWrite,

    /// <summary>Answers when the test says so.</summary>
    Stall,

    /// <summary>Breaks with an exception after the write was done.</summary>
    ThrowsWritten,
}
