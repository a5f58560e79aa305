namespace SnetGateway.Gateway.Cli;

/// <summary>Exit codes of the commands.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>The command started and failed.</summary>
    public const int Failed = 1;

    /// <summary>Invalid arguments or configuration: nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>Of commands that ask a running gateway: it cannot be reached.</summary>
    public const int Unreachable = 2;
}
