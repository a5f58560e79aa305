using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using SnetGateway.Gateway.Configuration.Forms;

namespace SnetGateway.Gateway.Configuration.Schema;

/// <summary>The form of a property's values, from its type and its attributes.</summary>
internal static class ScalarForms
{
    private static readonly Dictionary<Type, (decimal Min, decimal Max)> s_integers = new()
    {
        [typeof(byte)] = (byte.MinValue, byte.MaxValue),
        [typeof(short)] = (short.MinValue, short.MaxValue),
        [typeof(ushort)] = (ushort.MinValue, ushort.MaxValue),
        [typeof(int)] = (int.MinValue, int.MaxValue),
        [typeof(uint)] = (uint.MinValue, uint.MaxValue),
        [typeof(long)] = (long.MinValue, long.MaxValue),
        [typeof(ulong)] = (ulong.MinValue, ulong.MaxValue),
    };

    /// <summary>The form for <paramref name="type"/>; null where the type is no single value.</summary>
    public static ScalarForm? For(Type type, IReadOnlyCollection<ValidationAttribute> rules)
    {
        RangeAttribute? range = rules.OfType<RangeAttribute>().FirstOrDefault();
        ScalarForm? form =
            type == typeof(string) ? Text(rules)
            : type == typeof(bool) ? new ScalarForm("true or false", static v => bool.TryParse(v, out _))
            : s_integers.ContainsKey(type) ? Integer(type, range)
            : type == typeof(TimeSpan) ? Duration(range)
            : type.IsEnum ? Word(Enum.GetNames(type))
            : type == typeof(Uri) ? Url()
            : ByConverter(type);
        return form is null ? null : Further(form, rules);
    }

    public static ScalarForm Word(IReadOnlyCollection<string> words) => new(
        words.Count == 1 ? words.First() : $"one of {string.Join(", ", words)}",
        value => words.Contains(value, StringComparer.OrdinalIgnoreCase))
    {
        Advice = value => ClosestMatch.Nearest(value, words) is { } near ? $"Write '{near}' if that was meant" : null,
    };

    private static ScalarForm Text(IReadOnlyCollection<ValidationAttribute> rules)
    {
        if (rules.OfType<AllowedValuesAttribute>().FirstOrDefault() is { } allowed)
        {
            string[] words = [.. allowed.Values.OfType<string>()];
            return Word(words) with { Accepts = value => words.Contains(value, StringComparer.Ordinal) };
        }

        return rules.OfType<ValueFormAttribute>().FirstOrDefault() is { } form
            ? new ScalarForm(form.Description, form.Accepts) { MayHoldSecret = form.MayHoldSecret }
            : ScalarForm.Text;
    }

    private static ScalarForm Integer(Type type, RangeAttribute? range)
    {
        (decimal min, decimal max) = s_integers[type];
        if (range is not null)
        {
            min = Math.Max(min, Convert.ToDecimal(range.Minimum, CultureInfo.InvariantCulture));
            max = Math.Min(max, Convert.ToDecimal(range.Maximum, CultureInfo.InvariantCulture));
        }

        return new ScalarForm(
            string.Create(CultureInfo.InvariantCulture, $"a whole number from {min} to {max}"),
            value => decimal.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out decimal number)
                && number >= min && number <= max);
    }

    /// <summary>Hours, minutes and seconds always: the reader would take a lone `5` for five days.</summary>
    private static ScalarForm Duration(RangeAttribute? range)
    {
        TimeSpan min = TimeSpan.MinValue, max = TimeSpan.MaxValue;
        string bounds = "";
        if (range is not null)
        {
            min = TimeSpan.Parse(range.Minimum.ToString()!, CultureInfo.InvariantCulture);
            max = TimeSpan.Parse(range.Maximum.ToString()!, CultureInfo.InvariantCulture);
            bounds = $" from {range.Minimum} to {range.Maximum}";
        }

        return new ScalarForm(
            $"a duration{bounds}, as 00:00:05 for five seconds",
            value => value.Contains(':', StringComparison.Ordinal)
                && TimeSpan.TryParseExact(value, "c", CultureInfo.InvariantCulture, out TimeSpan duration)
                && duration >= min && duration <= max)
        {
            Advice = static value => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) && seconds < 86_400
                ? $"Write '{TimeSpan.FromSeconds(seconds):c}' if seconds were meant"
                : null,
        };
    }

    private static ScalarForm Url() =>
        new("an absolute URL", static v => Uri.TryCreate(v, UriKind.Absolute, out _)) { MayHoldSecret = true };

    /// <summary>Any other type that says how it is read from text.</summary>
    private static ScalarForm? ByConverter(Type type)
    {
        TypeConverter converter = TypeDescriptor.GetConverter(type);
        return converter.CanConvertFrom(typeof(string)) && converter.GetType() != typeof(TypeConverter)
            ? new ScalarForm($"a value of the kind {type.Name}", converter.IsValid)
            : null;
    }

    /// <summary>The rules of any other kind that stand on the property, as they judge its text.</summary>
    private static ScalarForm Further(ScalarForm form, IReadOnlyCollection<ValidationAttribute> rules)
    {
        foreach (ValidationAttribute rule in rules)
        {
            form = rule switch
            {
                RegularExpressionAttribute pattern => form.And(rule.ErrorMessage ?? $"a text of the form {pattern.Pattern}", rule.IsValid),
                StringLengthAttribute length => form.And($"a text of {length.MinimumLength} to {length.MaximumLength} characters", rule.IsValid),
                _ => form,
            };
        }

        return form;
    }
}
