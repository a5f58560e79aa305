namespace SnetGateway.TestKit.Market;

/// <summary>The result of a command of the gateway's binary.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">The lines of its standard output.</param>
/// <param name="Everything">Both outputs, for error messages.</param>
public sealed record CommandResult(int ExitCode, IReadOnlyList<string> Output, string Everything);
