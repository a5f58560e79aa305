namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>How a program's standard output becomes messages.</summary>
public enum ProgramOutput
{
    /// <summary>The whole output is one message, complete when the program ends with success.</summary>
    Message,

    /// <summary>Each line is a message, sent when it is there. A last line without its end counts too.</summary>
    Lines,

    /// <summary>Each message follows its length in bytes, an unsigned 32-bit number, big-endian.</summary>
    Frames,
}
