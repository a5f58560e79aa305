using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using SnetGateway.Gateway.Validation;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.ServiceMetadata;

/// <summary>
/// A value of a metadata document, with its path for errors. Each method that finds a value of another form adds an error.
/// </summary>
/// <param name="Document">The document, for errors, such as `service metadata of my-org/translate`.</param>
/// <param name="Path">The value's path in the document, such as `groups[0].pricing`; empty for the whole document.</param>
/// <param name="Value">The value.</param>
/// <param name="Errors">Gets the errors.</param>
internal sealed record DocumentField(string Document, string Path, JsonElement Value, ErrorList Errors)
{
    /// <summary>Largest document that is read. The largest ones of the network have some 30 KiB.</summary>
    public const int MaxBytes = 1024 * 1024;

    private const int MaxText = 4096;

    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 32, AllowDuplicateProperties = false };

    /// <summary>Reads a document: one JSON object. Null, with an error added, where it is none.</summary>
    public static DocumentField? Parse(string document, ReadOnlyMemory<byte> content, ErrorList errors)
    {
        if (content.Length > MaxBytes)
        {
            errors.Add(document, $"larger than {MaxBytes} bytes", "Publish a smaller document");
            return null;
        }

        try
        {
            using var parsed = JsonDocument.Parse(content, s_options);
            var root = new DocumentField(document, "", parsed.RootElement.Clone(), errors);
            return root.IsOf(JsonValueKind.Object, "an object") ? root : null;
        }
        catch (JsonException e)
        {
            errors.Add(
                document,
                $"not valid JSON, or with a key twice, at line {e.LineNumber + 1}, column {e.BytePositionInLine + 1}",
                "Publish a JSON document");
            return null;
        }
    }

    /// <summary>The value of a key; null where there is none, or it is null.</summary>
    public DocumentField? Find(string name) =>
        Value.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null
            ? this with { Path = Path.Length == 0 ? name : $"{Path}.{name}", Value = value }
            : null;

    /// <summary>The value of a key; null where there is none, or an empty text, as tools write it.</summary>
    public DocumentField? FindFilled(string name) => Find(name) is { } found && !found.Is("") ? found : null;

    /// <summary>The value of a key that must be there.</summary>
    public DocumentField? Require(string name)
    {
        if (Find(name) is { } found)
        {
            return found;
        }

        (this with { Path = Path.Length == 0 ? name : $"{Path}.{name}" }).Add("missing", "Publish a document that has it");
        return null;
    }

    /// <summary>The value of a key that must be an object.</summary>
    public DocumentField? RequireObject(string name) =>
        Require(name) is { } found && found.IsOf(JsonValueKind.Object, "an object") ? found : null;

    /// <summary>The elements of a list of objects; null, with an error, for anything else.</summary>
    public IReadOnlyList<DocumentField>? Objects()
    {
        DocumentField[] elements = [.. Elements()];
        return Value.ValueKind == JsonValueKind.Array
            && Array.TrueForAll(elements, element => element.IsOf(JsonValueKind.Object, "an object")) ? elements : null;
    }

    /// <summary>The elements of a list.</summary>
    public IEnumerable<DocumentField> Elements() => IsOf(JsonValueKind.Array, "a list")
        ? Value.EnumerateArray().Select((element, i) => this with { Path = $"{Path}[{i}]", Value = element })
        : [];

    /// <summary>A text of 1 to 4,096 characters without control characters; null, with an error, for anything else.</summary>
    public string? Text()
    {
        string? text = null;
        try
        {
            text = Value.ValueKind == JsonValueKind.String ? Value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // A string with an invalid surrogate pair.
        }

        bool isText = text is { Length: > 0 and <= MaxText } && !text.Any(char.IsControl);
        return isText ? text : Add<string>($"a text of 1 to {MaxText} characters");
    }

    /// <summary>A text that is a name of protobuf, with dots where <paramref name="hasDots"/>.</summary>
    public string? Identifier(bool hasDots) => Text() is not { } text ? null
        : (hasDots ? text.Split('.') : [text]).All(IsIdentifier) ? text
        : Add<string>("a name of protobuf");

    /// <summary>An address that is not zero.</summary>
    public Address? Address() => Text() is not { } text ? null
        : Payments.Values.Address.TryParse(text, out Address address) && !address.IsZero ? address
        : Add<Address?>("an address (0x and 40 hex digits, not all zero)");

    /// <summary>A whole number of cogs, as a JSON number without fraction, exponent and quotes.</summary>
    public UInt256? Cogs() => Value.ValueKind == JsonValueKind.Number && UInt256.TryParse(Value.GetRawText(), out UInt256 cogs)
        ? cogs
        : Add<UInt256?>("an amount in cogs (a JSON number from 0 to 2^256-1, digits only)");

    /// <summary>A whole number in a range.</summary>
    public long? Integer(long from, long to) =>
        Value.ValueKind == JsonValueKind.Number && Value.TryGetInt64(out long number) && number >= from && number <= to
            ? number
            : Add<long?>(string.Create(CultureInfo.InvariantCulture, $"a whole number from {from} to {to}"));

    public bool IsTrue() => Value.ValueKind == JsonValueKind.True;

    /// <summary>Whether it is this text.</summary>
    public bool Is(string text) => Value.ValueKind == JsonValueKind.String && Value.ValueEquals(text);

    /// <summary>Adds an error at this path.</summary>
    public void Add(string problem, string remedy) => Errors.Add(Path.Length == 0 ? Document : $"{Document}, {Path}", problem, remedy);

    private T? Add<T>([NotNull] string expected)
    {
        Add($"not {expected}", "Publish a document with one");
        return default;
    }

    private bool IsOf(JsonValueKind kind, string name)
    {
        bool isOf = Value.ValueKind == kind;
        if (!isOf)
        {
            Add<object>(name);
        }

        return isOf;
    }

    private static bool IsIdentifier(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_');
}
