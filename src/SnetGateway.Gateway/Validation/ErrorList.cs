using SnetGateway.Payments.Values;

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

    /// <summary>Checks the rules for one path, and adds an error for the first that is broken.</summary>
    public void Check(string path, params ReadOnlySpan<(bool IsBroken, string Problem, string Remedy)> rules)
    {
        foreach ((bool isBroken, string problem, string remedy) in rules)
        {
            if (isBroken)
            {
                Add(path, problem, remedy);
            }
        }
    }

    /// <summary>
    /// Checks that a name refers to something that is configured in a section, by the collection's own comparison, or that an error there
    /// may have left out.
    /// </summary>
    public void CheckName(string path, string kind, string? name, ICollection<string> known, string section)
    {
        if (!known.Contains(name ?? "") && !Touches($"{section}:{name}"))
        {
            string problem = string.IsNullOrEmpty(name) ? "missing" : $"there is no {kind} {Quote(name)}";
            Add(path, problem, ClosestMatch.Choose(name ?? "", known, section));
        }
    }

    /// <summary>Whether an error is known at the path, above it or below it.</summary>
    public bool Touches(string path) => _errors.Exists(error => IsWithin(error.Path, path) || IsWithin(path, error.Path));

    /// <summary>Whether an error is known at the path or above it.</summary>
    public bool Covers(string path) => _errors.Exists(error => IsWithin(error.Path, path));

    /// <summary>A value for a message: in quotes, cut to 80 characters, without characters that control a terminal.</summary>
    public static string Quote(string value) => value.Length <= MaxQuoted ? $"'{Clean(value)}'" : $"'{Clean(value[..MaxQuoted])}...'";

    /// <summary>A text without characters that control a terminal.</summary>
    public static string Clean(string value) => PrintableText.Of(value);

    private static bool IsWithin(string outer, string inner) =>
        $"{inner}:".StartsWith($"{outer}:", StringComparison.OrdinalIgnoreCase);
}
