using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Configuration.Schema;

/// <summary>
/// Builds the schema of a section from its option type: types, ranges, required keys and forms of values, each from the property and its
/// attributes.
/// </summary>
/// <param name="exceptions">Nodes that differ from what the types say, by type and property; null leaves the property out.</param>
internal sealed class OptionSchema(IReadOnlyDictionary<(Type Type, string Property), SchemaNode?> exceptions)
{
    /// <summary>The node of a type: its public settable properties are the known keys.</summary>
    public ObjectNode For(Type type) => new([.. Properties(type)]);

    private IEnumerable<SchemaProperty> Properties(Type type)
    {
        foreach (PropertyInfo property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.SetMethod is not { IsPublic: true } || property.GetIndexParameters().Length > 0)
            {
                continue;
            }

            ValidationAttribute[] rules = [.. property.GetCustomAttributes<ValidationAttribute>()];
            bool isRequired = rules.Any(rule => rule is RequiredAttribute or MinLengthAttribute { Length: > 0 });
            if (!exceptions.TryGetValue((type, property.Name), out SchemaNode? node))
            {
                node = Node(property.PropertyType, rules);
                node.IsLive = property.IsDefined(typeof(LiveAttribute));
            }

            if (isRequired && HasDefault(property))
            {
                // It need not be written; written empty, it would replace the default.
                isRequired = false;
                node = node is ScalarNode { Form: var form }
                    ? new ScalarNode(form.And(
                        form == ScalarForm.Text ? "a text of one character or more" : form.Description, static value => !string.IsNullOrWhiteSpace(value)))
                    : node;
            }

            if (node is not null)
            {
                yield return new SchemaProperty(property.Name, node, isRequired);
            }
        }
    }

    private static bool HasDefault(PropertyInfo property) =>
        property.PropertyType == typeof(string)
            && property.DeclaringType!.GetConstructor([]) is { } constructor
            && property.GetValue(constructor.Invoke([])) is string { Length: > 0 };

    private SchemaNode Node(Type type, ValidationAttribute[] rules)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (Scalar(type, rules) is { } form)
        {
            return new ScalarNode(form);
        }

        Type[] arguments = type.IsArray ? [type.GetElementType()!] : type.GetGenericArguments();
        return typeof(IEnumerable).IsAssignableFrom(type) && arguments.Length > 0
            ? new CollectionNode(Node(arguments[^1], rules), isList: arguments.Length == 1)
            : For(type);
    }

    /// <summary>The form of a single value; null where the type is not one.</summary>
    private static ScalarForm? Scalar(Type type, ValidationAttribute[] rules)
    {
        RangeAttribute? range = rules.OfType<RangeAttribute>().FirstOrDefault();
        return type == typeof(string) ? Text(rules)
            : type == typeof(bool) ? ScalarForm.Boolean
            : type.IsEnum ? ScalarForm.Word(Enum.GetNames(type))
            : type == typeof(int) || type == typeof(long) ? ScalarForm.Integer(type, range)
            : type == typeof(TimeSpan) ? ScalarForm.Duration(range)
            : type == typeof(Uri) ? new ScalarForm("an absolute URL", static value => Uri.TryCreate(value, UriKind.Absolute, out _)) { MayHoldSecret = true }
            : null;
    }

    private static ScalarForm Text(ValidationAttribute[] rules) => rules.Aggregate(ScalarForm.Text, (form, rule) => rule switch
    {
        DataTypeAttribute { CustomDataType: { } name } => ValueForms.Get(name),
        AllowedValuesAttribute allowed => ScalarForm.Word([.. allowed.Values.OfType<string>()], StringComparison.Ordinal),
        RegularExpressionAttribute pattern => form.And(rule.ErrorMessage ?? $"a text of the form {pattern.Pattern}", rule.IsValid),
        StringLengthAttribute length => form.And($"a text of {length.MinimumLength} to {length.MaximumLength} characters", rule.IsValid),
        _ => form,
    });
}
