using System.CommandLine;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Cli;

/// <summary>What every command needs: the terminal, and the configuration that the arguments name.</summary>
/// <param name="Terminal">The terminal.</param>
/// <param name="Config">The option that names the configuration file.</param>
/// <param name="With">The option of `serve` and `check-config` that names the files of further gateways.</param>
/// <param name="Overrides">Options of the command line, `--Section:Key=value`.</param>
internal sealed record CommandContext(
    Terminal Terminal, Option<string?> Config, Option<string[]> With, IReadOnlyList<string> Overrides)
{
    /// <summary>Waits for what may take long, such as a transaction of which a block is awaited, and shows that it waits.</summary>
    /// <param name="what">What is shown, such as "Waiting for the gateway".</param>
    /// <param name="result">What is awaited.</param>
    public async Task<T> WaitAsync<T>(string what, ValueTask<T> result)
    {
        await using var progress = ProgressLine.Start(Terminal, new WorkDone(what), TimeProvider.System);
        return await result;
    }

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

        WriteErrors(loader, result.Errors);
        return null;
    }

    /// <summary>
    /// The validated configurations of all gateways of the process; null when one has errors. The errors of all are then written to the
    /// error output.
    /// </summary>
    public async ValueTask<IReadOnlyList<LoadedConfiguration>?> LoadAllAsync(ParseResult parsed)
    {
        ConfigurationLoader[] loaders =
        [
            Loader(parsed), .. (parsed.GetValue(With) ?? []).Select(file => new ConfigurationLoader(ConfigurationSources.OfFile(file))),
        ];
        var loaded = new List<LoadedConfiguration>();
        bool isValid = true;
        foreach (ConfigurationLoader loader in loaders)
        {
            if (await LoadAsync(loader) is not { } result)
            {
                isValid = false;
                continue;
            }

            var errors = new ErrorList();
            foreach (LoadedConfiguration other in loaded)
            {
                GatewaySetRules.Check(result.Options, other.File, other.Result.Options, errors);
            }

            if (!errors.IsEmpty)
            {
                isValid = false;
                WriteErrors(loader, errors.All);
            }

            loaded.Add(new LoadedConfiguration(loader, result));
        }

        return isValid ? loaded : null;
    }

    private void WriteErrors(ConfigurationLoader loader, IReadOnlyList<ConfigurationError> errors)
    {
        string count = errors.Count == 1 ? "1 error" : $"{errors.Count} errors";
        Terminal.Error.WriteLine($"error: {count} in the configuration ({loader.Sources.Names}):");
        foreach (ConfigurationError error in errors)
        {
            Terminal.Error.WriteLine($"  {error}");
        }
    }
}

/// <summary>The valid configuration of one gateway of the process.</summary>
/// <param name="Loader">Reads it again.</param>
/// <param name="Result">What was read.</param>
internal sealed record LoadedConfiguration(ConfigurationLoader Loader, ConfigurationResult Result)
{
    /// <summary>The configuration file.</summary>
    public string File => Loader.Sources.File;
}
