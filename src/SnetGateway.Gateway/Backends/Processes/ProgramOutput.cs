namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>How a program's standard output becomes messages.</summary>
public enum ProgramOutput
{
    /// <summary>The whole output is one message, sent when the program ends with success.</summary>
    Message,

    /// <summary>Each line is a message, sent immediately. The last line needs no line end.</summary>
    Lines,

    /// <summary>Each message is preceded by its length in bytes, an unsigned 32-bit number, big-endian.</summary>
    Frames,
}
