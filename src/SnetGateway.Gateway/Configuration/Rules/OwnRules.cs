using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Reflection;

namespace SnetGateway.Gateway.Configuration.Rules;

/// <summary>
/// Runs what option classes say about their own keys together (<see cref="IValidatableObject"/>): what is wrong and, after a full stop, what would
/// be right.
/// </summary>
internal static class OwnRules
{
    public static void Check(GatewayOptions options, MistakeList mistakes) => Check(options, GatewayOptions.Section, mistakes);

    private static void Check(object options, string path, MistakeList mistakes)
    {
        if (options is IValidatableObject self)
        {
            foreach (ValidationResult result in self.Validate(new ValidationContext(options)))
            {
                string[] text = (result.ErrorMessage ?? "not right").TrimEnd('.').Split(". ", 2);
                foreach (string place in result.MemberNames.DefaultIfEmpty("").Select(member => member.Length == 0 ? path : $"{path}:{member}"))
                {
                    if (!mistakes.Touches(place))
                    {
                        mistakes.Add(place, text[0], text.ElementAtOrDefault(1) ?? "See docs/configuration.md");
                    }
                }
            }
        }

        foreach (PropertyInfo property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.SetMethod is not { IsPublic: true } || property.PropertyType == typeof(string) || property.PropertyType.IsValueType)
            {
                continue;
            }

            object? value = property.GetValue(options);
            if (value is IDictionary map)
            {
                foreach (DictionaryEntry entry in map)
                {
                    if (entry.Value is not (null or string))
                    {
                        Check(entry.Value, $"{path}:{property.Name}:{entry.Key}", mistakes);
                    }
                }
            }
            else if (value is not (null or IEnumerable))
            {
                Check(value, $"{path}:{property.Name}", mistakes);
            }
        }
    }
}
