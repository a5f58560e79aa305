using SnetGateway.Gateway.Backends.Descriptors;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Configuration;

/// <summary>From the sources to a validated configuration.</summary>
/// <param name="sources">Where it comes from.</param>
internal sealed class ConfigurationLoader(ConfigurationSources sources)
{
    private readonly DescriptorLoader _descriptors = new(TimeProvider.System);

    public ConfigurationSources Sources { get; } = sources;

    public ValueTask<ConfigurationResult> LoadAsync()
    {
        var errors = new ErrorList();
        byte[]? content = Sources.ReadFile(errors);
        return LoadAsync(content, errors);
    }

    /// <summary>The same for a file whose bytes were read already.</summary>
    /// <param name="content">The bytes.</param>
    /// <param name="errors">What reading them found.</param>
    /// <param name="startup">Values of the running gateway's startup, at a reload.</param>
    public async ValueTask<ConfigurationResult> LoadAsync(byte[]? content, ErrorList errors, IReadOnlyDictionary<string, string?>? startup = null)
    {
        if (!errors.IsEmpty || Sources.Build(content, errors) is not { } configuration)
        {
            return ConfigurationResult.Unreadable(errors.All);
        }

        using (configuration as IDisposable)
        {
            ConfigurationResult result = await ConfigurationReader.ReadAsync(configuration, _descriptors, startup);
            return result with { Content = content };
        }
    }
}
