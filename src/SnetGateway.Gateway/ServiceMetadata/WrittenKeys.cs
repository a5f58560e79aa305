namespace SnetGateway.Gateway.ServiceMetadata;

/// <summary>What the operator has written: keys with their values, and which sections have any.</summary>
internal sealed class WrittenKeys
{
    private readonly IReadOnlyDictionary<string, string?> _values;
    private readonly HashSet<string> _sections = new(StringComparer.OrdinalIgnoreCase);

    public WrittenKeys(IReadOnlyDictionary<string, string?> values)
    {
        _values = values;
        foreach ((string key, string? value) in values)
        {
            // null means that a key is not set; an empty text or list is a value.
            string? path = value is null ? null : key;
            while (path is not null && _sections.Add(path))
            {
                path = ConfigurationPath.GetParentPath(path);
            }
        }
    }

    /// <summary>Every key, in the order of their names.</summary>
    public IEnumerable<string> Names => _values.Keys.Order(StringComparer.Ordinal);

    /// <summary>The value of a key; null where it is not set or empty.</summary>
    public string? Find(string key) => _values.GetValueOrDefault(key) is { Length: > 0 } value ? value : null;

    /// <summary>The names below a section.</summary>
    public IEnumerable<string> Below(string section) => _sections
        .Where(key => key.StartsWith($"{section}:", StringComparison.OrdinalIgnoreCase))
        .Select(key => key[(section.Length + 1)..].Split(ConfigurationPath.KeyDelimiter)[0])
        .Distinct(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether the key is set, or one below it.</summary>
    public bool Has(string key) => _sections.Contains(key);
}
