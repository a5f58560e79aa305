namespace SnetGateway.Gateway.Configuration;

/// <summary>
/// The configuration as the rest of the host sees it (log levels among it): only ever one that was found right, exchanged whole. The stock
/// file source would show half a file, or an empty one, to everybody who reads in that moment.
/// </summary>
internal sealed class AcceptedConfiguration : ConfigurationProvider, IConfigurationSource
{
    public AcceptedConfiguration(IReadOnlyDictionary<string, string?> values) => Data = Copy(values);

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    public void Accept(IReadOnlyDictionary<string, string?> values)
    {
        Data = Copy(values);
        OnReload();
    }

    private static Dictionary<string, string?> Copy(IReadOnlyDictionary<string, string?> values) => new(values, StringComparer.OrdinalIgnoreCase);
}
