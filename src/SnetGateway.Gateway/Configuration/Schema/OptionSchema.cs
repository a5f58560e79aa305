using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Reflection;

namespace SnetGateway.Gateway.Configuration.Schema;

/// <summary>Makes the schema of a section from its option type.</summary>
internal static class OptionSchema
{
    /// <summary>The node for a type: its public settable properties are the known keys.</summary>
    /// <param name="type">An options class.</param>
    /// <param name="exceptions">Nodes that differ from what the types say, by type and property.</param>
    public static ObjectNode For(Type type, IReadOnlyDictionary<(Type Type, string Property), SchemaNode?>? exceptions = null) =>
        new([.. Properties(type, exceptions ?? new Dictionary<(Type, string), SchemaNode?>())]);

    private static IEnumerable<SchemaProperty> Properties(Type type, IReadOnlyDictionary<(Type Type, string Property), SchemaNode?> exceptions)
    {
        foreach (PropertyInfo property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.SetMethod is not { IsPublic: true } || property.GetIndexParameters().Length > 0)
            {
                continue;
            }

            ValidationAttribute[] rules = [.. property.GetCustomAttributes<ValidationAttribute>()];
            SchemaNode? node = exceptions.TryGetValue((type, property.Name), out SchemaNode? other)
                ? other
                : Node(property.PropertyType, rules, exceptions);
            bool isRequired = rules.Any(r => r is RequiredAttribute or MinLengthAttribute { Length: > 0 });
            if (isRequired && HasDefault(property))
            {
                // It need not be written; written empty, it would take the place of the default.
                isRequired = false;
                node = node is ScalarNode { Form: { } form } ? new ScalarNode(form.And(NotEmpty(form), static value => !string.IsNullOrWhiteSpace(value))) : node;
            }

            if (node is not null)
            {
                yield return new SchemaProperty(property.Name, node, isRequired);
            }
        }
    }

    private static string NotEmpty(ScalarForm form) => form.Description == ScalarForm.Text.Description ? "a text of one character or more" : form.Description;

    private static bool HasDefault(PropertyInfo property) =>
        property.PropertyType == typeof(string)
            && property.DeclaringType!.GetConstructor([]) is { } constructor
            && property.GetValue(constructor.Invoke([])) is string { Length: > 0 };

    private static SchemaNode Node(
        Type type, ValidationAttribute[] rules, IReadOnlyDictionary<(Type Type, string Property), SchemaNode?> exceptions)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (ScalarForms.For(type, rules) is { } form)
        {
            return new ScalarNode(form);
        }

        Type[] arguments = type.IsArray ? [type.GetElementType()!] : type.GetGenericArguments();
        return typeof(IEnumerable).IsAssignableFrom(type)
            ? arguments.Length switch
            {
                1 => new ListNode(Node(arguments[0], rules, exceptions)),
                2 when arguments[0] == typeof(string) => new MapNode(Node(arguments[1], rules, exceptions)),
                _ => throw new NotSupportedException($"{type} cannot be an option."),
            }
            : For(type, exceptions);
    }
}
