using SnetGateway.Gateway.Backends.Descriptors;

namespace SnetGateway.Gateway.Configuration;

/// <summary>From the sources to a judged configuration.</summary>
/// <param name="sources">Where it comes from.</param>
internal sealed class ConfigurationLoader(ConfigurationSources sources)
{
    private readonly DescriptorLoader _descriptors = new(TimeProvider.System);

    public ConfigurationSources Sources { get; } = sources;

    public ValueTask<ConfigurationResult> LoadAsync()
    {
        var mistakes = new MistakeList();
        byte[]? content = Sources.ReadFile(mistakes);
        return LoadAsync(content, mistakes);
    }

    /// <summary>The same for a file whose bytes were read already.</summary>
    public async ValueTask<ConfigurationResult> LoadAsync(byte[]? content, MistakeList mistakes)
    {
        if (!mistakes.IsEmpty || Sources.Build(content, mistakes) is not { } configuration)
        {
            return ConfigurationResult.Unreadable(mistakes.All);
        }

        using (configuration as IDisposable)
        {
            ConfigurationResult result = await ConfigurationReader.ReadAsync(configuration, _descriptors);
            return result with { Content = content };
        }
    }
}
