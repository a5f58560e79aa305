namespace SnetGateway.Gateway.Cli;

/// <summary>
/// What a command reads and writes. Results go to <paramref name="Output"/>, errors and progress to <paramref name="Error"/>.
/// </summary>
internal sealed record Terminal(TextReader Input, TextWriter Output, TextWriter Error);
