using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Cli;

/// <summary>The arguments in two parts: `--Section:Key=value` overrides the configuration, the rest belongs to the command.</summary>
internal sealed record ConfigurationArguments(IReadOnlyList<string> Overrides, IReadOnlyList<string> Rest)
{
    public static ConfigurationArguments Split(IReadOnlyList<string> args)
    {
        var overrides = new List<string>();
        var rest = new List<string>();
        foreach (string argument in args)
        {
            string name = argument.Split('=', 2)[0];
            if (!name.StartsWith("--", StringComparison.Ordinal) || !name.Contains(':', StringComparison.Ordinal))
            {
                rest.Add(argument);
            }
            else if (name.Length == argument.Length)
            {
                throw new CommandException(ExitCodes.Usage, $"{ErrorList.Quote(name)} has no value: write --Section:Key=value");
            }
            else
            {
                overrides.Add(argument);
            }
        }

        return new ConfigurationArguments(overrides, rest);
    }
}
