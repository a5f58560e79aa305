using System.CommandLine;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Cli;

/// <summary>What every command needs: the terminal, and the configuration that the arguments name.</summary>
internal sealed record CommandContext(Terminal Terminal, Option<string?> Config, IReadOnlyList<string> Overrides)
{
    public ConfigurationLoader Loader(ParseResult parsed) =>
        new(new ConfigurationSources(parsed.GetValue(Config), Overrides));

    /// <summary>The validated configuration; null when it has errors, which are then written to the error output.</summary>
    public async ValueTask<ConfigurationResult?> LoadAsync(ConfigurationLoader loader)
    {
        ConfigurationResult result = await loader.LoadAsync();
        if (result.IsValid)
        {
            return result;
        }

        string count = result.Errors.Count == 1 ? "1 error" : $"{result.Errors.Count} errors";
        Terminal.Error.WriteLine($"error: {count} in the configuration ({loader.Sources.File}, environment, command line):");
        foreach (ConfigurationError error in result.Errors)
        {
            Terminal.Error.WriteLine($"  {error}");
        }

        return null;
    }
}
