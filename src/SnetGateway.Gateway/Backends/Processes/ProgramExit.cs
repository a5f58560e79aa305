namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>How a program ended.</summary>
/// <param name="Code">Its exit code, 0 to 255; without meaning when a signal ended it.</param>
/// <param name="Signal">The signal that ended it, or 0.</param>
internal readonly record struct ProgramExit(int Code, int Signal)
{
    public bool IsSuccess => Code == 0 && Signal == 0;
}
