namespace SnetGateway.TestKit.Market;

/// <summary>How a command of the gateway's binary ended.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">The lines of its standard output.</param>
/// <param name="Everything">Both outputs, for messages.</param>
public sealed record CommandResult(int ExitCode, IReadOnlyList<string> Output, string Everything);
