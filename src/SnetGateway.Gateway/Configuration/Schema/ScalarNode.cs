using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Configuration.Schema;

/// <summary>One value.</summary>
/// <param name="Description">What a valid value is, with its range.</param>
/// <param name="Accepts">Whether a text is one. The binder (or YARP's reader) can read every text that it accepts.</param>
/// <param name="Json">The same as JSON Schema, for editors.</param>
internal sealed record ScalarNode(string Description, Func<string, bool> Accepts, string Json = """{ "type": "string" }""")
    : SchemaNode(Description)
{
    /// <summary>Whether an invalid value may hold a secret, so that no message repeats it.</summary>
    public bool MayHoldSecret { get; init; }

    /// <summary>A remedy for one invalid value, where the intention can be guessed.</summary>
    public Func<string, string?> Advice { get; init; } = static _ => null;

    public static ScalarNode Text { get; } = new("a text", static _ => true);

    public static ScalarNode Boolean { get; } =
        new("true or false", static value => bool.TryParse(value, out _), """{ "type": "boolean" }""");

    /// <summary>A text that a regular expression matches as a whole.</summary>
    public static ScalarNode Pattern(string description, string pattern)
    {
        var expression = new Regex($@"\A(?:{pattern})\z", RegexOptions.CultureInvariant);
        return new ScalarNode(description, expression.IsMatch);
    }

    public static ScalarNode Word(
        IReadOnlyCollection<string> words, StringComparison comparison = StringComparison.OrdinalIgnoreCase) => new(
        words.Count == 1 ? words.First() : $"one of {string.Join(", ", words)}",
        value => words.Contains(value, StringComparer.FromComparison(comparison)),
        $$"""{ "enum": ["{{string.Join("\", \"", words)}}"] }""")
    {
        Advice = value => ClosestMatch.Find(value, words) is { } near ? $"Write '{near}' if that was meant" : null,
    };

    /// <summary>A whole number of an integer type, within the range if there is one.</summary>
    public static ScalarNode Integer<T>(RangeAttribute? range)
        where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
    {
        // A range up to the largest long is rounded up by its attribute, which holds doubles.
        (T min, T max) = (Limit(range?.Minimum, T.MinValue), Limit(range?.Maximum, T.MaxValue));
        return new ScalarNode(
            string.Create(CultureInfo.InvariantCulture, $"a whole number from {min} to {max}"),
            value => T.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out T number)
                && number >= min && number <= max,
            string.Create(CultureInfo.InvariantCulture, $$"""{ "type": "integer", "minimum": {{min}}, "maximum": {{max}} }"""));

        static T Limit(object? limit, T otherwise) =>
            limit is null ? otherwise : T.CreateSaturating(Convert.ToDecimal(limit, CultureInfo.InvariantCulture));
    }

    /// <summary>A number of the range, which is not negative, with a point before its fraction.</summary>
    public static ScalarNode Number(RangeAttribute range) => new(
        $"a number from {range.Minimum} to {range.Maximum}",
        value => double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)
            && range.IsValid(number),
        $$"""{ "type": "number", "minimum": {{range.Minimum}}, "maximum": {{range.Maximum}} }""");

    /// <summary>A duration within the range, always with hours, minutes and seconds: .NET reads a lone `5` as five days.</summary>
    public static ScalarNode Duration(RangeAttribute? range) => new(
        $"a duration{(range is null ? "" : $" from {range.Minimum} to {range.Maximum}")}, as 00:00:05 for five seconds",
        value => value.Contains(':', StringComparison.Ordinal)
            && TimeSpan.TryParseExact(value, "c", CultureInfo.InvariantCulture, out TimeSpan duration)
            && range?.IsValid(duration) != false,
        """{ "type": "string", "pattern": "^-?([0-9]+\\.)?[0-9]{1,2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,7})?)?$" }""")
    {
        Advice = static value => uint.TryParse(value, CultureInfo.InvariantCulture, out uint seconds) && seconds < 86_400
            ? $"Write '{TimeSpan.FromSeconds(seconds):c}' if seconds were meant"
            : null,
    };

    /// <summary>The same, with an empty value accepted too.</summary>
    public ScalarNode OrEmpty() => this with { Accepts = value => value.Length == 0 || Accepts(value) };

    /// <summary>The same, narrowed by a further condition.</summary>
    public ScalarNode And(string description, Func<string, bool> accepts) =>
        this with { Description = description, Accepts = value => Accepts(value) && accepts(value) };
}
