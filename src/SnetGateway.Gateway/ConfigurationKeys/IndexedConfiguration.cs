namespace SnetGateway.Gateway.ConfigurationKeys;

/// <summary>
/// Keys and values with an index of the names below each key. The framework's own sources search all keys for that, so that reading a file
/// takes time that grows with the square of its size.
/// </summary>
internal class IndexedConfiguration : ConfigurationProvider, IConfigurationSource
{
    private Dictionary<string, List<string>> _below = [];
    private List<string> _top = [];

    public IndexedConfiguration(IEnumerable<KeyValuePair<string, string?>> values)
    {
        Replace(values);
    }

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    public override IEnumerable<string> GetChildKeys(IEnumerable<string> earlierKeys, string? parentPath) =>
        (parentPath is null ? _top : _below.GetValueOrDefault(parentPath)) is { } names
            ? names.Concat(earlierKeys).Order(ConfigurationKeyComparer.Instance)
            : earlierKeys;

    protected void Replace(IEnumerable<KeyValuePair<string, string?>> values)
    {
        Data = new Dictionary<string, string?>(values, StringComparer.OrdinalIgnoreCase);
        _below = new Dictionary<string, List<string>>(StringComparer.OrdinalIgnoreCase);
        _top = [];
        foreach (string key in Data.Keys)
        {
            AddNames(key);
        }
    }

    /// <summary>Adds a key's name below its parent, and the parent's, up to a parent that has names already.</summary>
    private void AddNames(string key)
    {
        string? path = key;
        while (path is not null)
        {
            List<string>? names = _top;
            string? parent = ConfigurationPath.GetParentPath(path);
            bool isKnown = parent is null || _below.TryGetValue(parent, out names);
            names ??= _below[parent!] = [];
            names.Add(ConfigurationPath.GetSectionKey(path));
            path = isKnown ? null : parent;
        }
    }
}
