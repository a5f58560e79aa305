using System.Globalization;

namespace SnetGateway.Gateway.Validation;

/// <summary>Collects every error of one configuration, so that the operator can fix all of them in one go.</summary>
internal sealed class ErrorList
{
    private const int MaxQuoted = 80;

    private readonly List<ConfigurationError> _errors = [];

    public IReadOnlyList<ConfigurationError> All => _errors;

    public bool IsEmpty => _errors.Count == 0;

    /// <summary>Adds an error, unless one is known at the path, above it or below it: the new one may only be its consequence.</summary>
    public void Add(string path, string problem, string remedy)
    {
        if (!Touches(path))
        {
            _errors.Add(new ConfigurationError(path, problem, remedy));
        }
    }

    /// <summary>The same, where <paramref name="isError"/> holds. Of several rules for one path, the first that is broken is reported.</summary>
    public void AddIf(bool isError, string path, string problem, string remedy)
    {
        if (isError)
        {
            Add(path, problem, remedy);
        }
    }

    /// <summary>Whether an error is known at the path, above it or below it.</summary>
    public bool Touches(string path) => _errors.Exists(error => IsWithin(error.Path, path) || IsWithin(path, error.Path));

    /// <summary>Whether an error is known at the path or above it.</summary>
    public bool Covers(string path) => _errors.Exists(error => IsWithin(error.Path, path));

    /// <summary>A value for a message: in quotes, cut to 80 characters, without characters that control a terminal.</summary>
    public static string Quote(string value) => value.Length <= MaxQuoted ? $"'{Clean(value)}'" : $"'{Clean(value[..MaxQuoted])}...'";

    /// <summary>A text without characters that control a terminal.</summary>
    public static string Clean(string value) => string.Create(value.Length, value, static (span, text) =>
    {
        for (int i = 0; i < span.Length; i++)
        {
            bool isPrintable = !char.IsControl(text[i])
                && !char.IsSurrogate(text[i])
                && CharUnicodeInfo.GetUnicodeCategory(text[i]) != UnicodeCategory.Format;
            span[i] = isPrintable ? text[i] : '?';
        }
    });

    private static bool IsWithin(string outer, string inner) =>
        inner.StartsWith(outer, StringComparison.OrdinalIgnoreCase) && (inner.Length == outer.Length || inner[outer.Length] == ':');
}
