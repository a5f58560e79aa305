using System.Globalization;

namespace SnetGateway.Gateway.Configuration;

/// <summary>Gathers every error of one configuration, so that all of them can be mended at once.</summary>
internal sealed class ErrorList
{
    private const int MaxQuoted = 80;

    private readonly List<ConfigurationError> _mistakes = [];

    public IReadOnlyList<ConfigurationError> All => _mistakes;

    public bool IsEmpty => _mistakes.Count == 0;

    public void Add(string path, string problem, string remedy) => _mistakes.Add(new ConfigurationError(path, problem, remedy));

    /// <summary>True where an error is known at the path, above it or below it: whatever else is found there may only follow from it.</summary>
    public bool Touches(string path) => _mistakes.Exists(m => IsWithin(m.Path, path) || IsWithin(path, m.Path));

    /// <summary>True where an error is known at the path or above it.</summary>
    public bool Covers(string path) => _mistakes.Exists(m => IsWithin(m.Path, path));

    /// <summary>A value for a message: in quotes, cut, and with nothing that a terminal would act on.</summary>
    public static string Quote(string value) =>
        value.Length <= MaxQuoted ? $"'{Clean(value)}'" : $"'{Clean(value[..MaxQuoted])}...'";

    /// <summary>A text with nothing that a terminal would act on.</summary>
    public static string Clean(string value) => string.Create(value.Length, value, static (span, text) =>
    {
        for (int i = 0; i < span.Length; i++)
        {
            bool harmless = !char.IsControl(text[i])
                && !char.IsSurrogate(text[i])
                && CharUnicodeInfo.GetUnicodeCategory(text[i]) != UnicodeCategory.Format;
            span[i] = harmless ? text[i] : '?';
        }
    });

    private static bool IsWithin(string outer, string inner) =>
        inner.StartsWith(outer, StringComparison.OrdinalIgnoreCase) && (inner.Length == outer.Length || inner[outer.Length] == ':');
}
