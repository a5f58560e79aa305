namespace SnetGateway.Gateway.Cli;

/// <summary>Exit codes of all commands, as README.md lists them.</summary>
internal static class ExitCodes
{
    /// <summary>Done, and what was checked is as it should be.</summary>
    public const int Done = 0;

    /// <summary>It failed, or what was checked is not as it should be: a fault in the ledger, a gateway that is not ready.</summary>
    public const int Failed = 1;

    /// <summary>Nothing was done: invalid arguments or configuration, or a ledger that another process has.</summary>
    public const int Usage = 2;

    /// <summary>Nothing was done: the gateway that was to be asked cannot be reached.</summary>
    public const int Unreachable = 2;
}
