namespace SnetGateway.Gateway.Cli;

/// <summary>
/// What a command reads and writes. Results go to <paramref name="Output"/>, errors and progress to <paramref name="Error"/>.
/// A person is asked questions only where <paramref name="IsInteractive"/>.
/// </summary>
internal sealed record Terminal(TextReader Input, TextWriter Output, TextWriter Error, bool IsInteractive = false);
