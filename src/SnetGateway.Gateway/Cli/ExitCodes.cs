namespace SnetGateway.Gateway.Cli;

/// <summary>How a command ends.</summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>It was understood and failed.</summary>
    public const int Failed = 1;

    /// <summary>Wrong arguments or a wrong configuration: nothing was begun.</summary>
    public const int Usage = 2;
}
