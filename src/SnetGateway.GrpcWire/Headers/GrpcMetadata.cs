using System.Collections;

namespace SnetGateway.GrpcWire.Headers;

/// <summary>
/// Metadata of a call in the order it was added; a name may occur more than once. Names are letters, digits, <c>-</c>,
/// <c>_</c> and <c>.</c> and are kept in lower case; texts are printable ASCII.
/// </summary>
public sealed class GrpcMetadata : IEnumerable<GrpcMetadataEntry>
{
    private readonly List<GrpcMetadataEntry> _entries = [];
    private readonly bool _isReadOnly;

    /// <summary>Metadata to be filled.</summary>
    public GrpcMetadata()
    {
    }

    private GrpcMetadata(bool isReadOnly) => _isReadOnly = isReadOnly;

    /// <summary>No metadata; nothing can be added to it.</summary>
    public static GrpcMetadata Empty { get; } = new(isReadOnly: true);

    /// <summary>How many entries there are.</summary>
    public int Count => _entries.Count;

    /// <summary>Adds a text under a name that does not end in <c>-bin</c>.</summary>
    /// <exception cref="ArgumentException">The name or the text has a character that metadata cannot carry.</exception>
    public void Add(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var key = CheckedName(name, isBinary: false);
        if (value.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            throw new ArgumentException($"The value of metadata '{key}' has a character outside printable ASCII; a '-bin' name carries bytes.", nameof(value));
        }

        AddRaw(key, value);
    }

    /// <summary>Adds bytes under a name that ends in <c>-bin</c>.</summary>
    /// <exception cref="ArgumentException">The name has a character that metadata cannot carry, or the wrong ending.</exception>
    public void AddBinary(string name, ReadOnlySpan<byte> value) => AddRaw(CheckedName(name, isBinary: true), BinaryMetadata.Encode(value));

    /// <summary>The last text under a name, or null.</summary>
    public string? GetText(string name)
    {
        for (var index = _entries.Count - 1; index >= 0; index--)
        {
            if (string.Equals(_entries[index].Name, name, StringComparison.OrdinalIgnoreCase))
            {
                return _entries[index].Value;
            }
        }

        return null;
    }

    /// <summary>The last bytes under a <c>-bin</c> name; false when there are none or they are malformed.</summary>
    public bool TryGetBinary(string name, out byte[] value)
    {
        value = [];
        if (GetText(name) is not { } text)
        {
            return false;
        }

        var bytes = new byte[BinaryMetadata.MaxDecodedLength(text.Length)];
        if (!BinaryMetadata.TryDecode(text, bytes, out var written))
        {
            return false;
        }

        value = bytes[..written];
        return true;
    }

    /// <inheritdoc/>
    public IEnumerator<GrpcMetadataEntry> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Adds what came from the wire, unchecked.</summary>
    internal void AddRaw(string name, string value)
    {
        if (_isReadOnly)
        {
            throw new InvalidOperationException("This metadata is shared and cannot be changed.");
        }

        _entries.Add(new GrpcMetadataEntry(name, value));
    }

    private static string CheckedName(string name, bool isBinary)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        foreach (var character in name)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character is not ('-' or '_' or '.'))
            {
                throw new ArgumentException($"'{name}' is no name of metadata: letters, digits, '-', '_' and '.' are allowed.", nameof(name));
            }
        }

        if (name.StartsWith(GrpcHeaderNames.ReservedPrefix, StringComparison.OrdinalIgnoreCase))
        {
            throw new ArgumentException($"'{name}' begins with '{GrpcHeaderNames.ReservedPrefix}', which belongs to gRPC itself.", nameof(name));
        }

        if (name.EndsWith(BinaryMetadata.Suffix, StringComparison.OrdinalIgnoreCase) != isBinary)
        {
            throw new ArgumentException($"'{name}': names ending in '{BinaryMetadata.Suffix}' carry bytes, all others carry text.", nameof(name));
        }

        return name.ToLowerInvariant();
    }
}
