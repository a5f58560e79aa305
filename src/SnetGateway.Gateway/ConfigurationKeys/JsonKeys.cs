using Microsoft.Extensions.Configuration.Json;

namespace SnetGateway.Gateway.ConfigurationKeys;

/// <summary>The keys of a JSON file with their values, as the framework's own source reads them. Throws where it does.</summary>
internal sealed class JsonKeys(Stream file) : JsonStreamConfigurationProvider(new JsonStreamConfigurationSource { Stream = file })
{
    public IDictionary<string, string?> Read()
    {
        Load();
        return Data;
    }
}
