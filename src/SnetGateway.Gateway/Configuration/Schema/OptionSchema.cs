using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Configuration.Schema;

/// <summary>
/// Builds the schema of a section from its option type: types, ranges, required keys and forms of values, each from the property and its
/// attributes. `[DataType(DataType.Password)]` marks a secret.
/// </summary>
/// <param name="decide">The final node of a property, from the one that its type and attributes give; null leaves the property out.</param>
internal sealed class OptionSchema(Func<PropertyInfo, SchemaNode, SchemaNode?> decide)
{
    /// <summary>The node of a type: its public settable properties are the known keys.</summary>
    public ObjectNode For(Type type) => new([.. type
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.SetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0)
        .Select(Property)
        .OfType<SchemaProperty>()]);

    private SchemaProperty? Property(PropertyInfo property)
    {
        Attribute[] rules = [.. property.GetCustomAttributes()];
        SchemaNode node = Node(property.PropertyType, rules) with
        {
            IsLive = rules.Any(rule => rule is LiveAttribute),
            IsSecret = rules.Any(rule => rule is DataTypeAttribute { DataType: DataType.Password }),
        };
        bool isRequired = rules.Any(rule => rule is RequiredAttribute);
        return decide(property, node) is { } decided ? new SchemaProperty(property.Name, decided, isRequired) : null;
    }

    private SchemaNode Node(Type type, Attribute[] rules)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        RangeAttribute? range = rules.OfType<RangeAttribute>().FirstOrDefault();
        object?[] denied = rules.OfType<DeniedValuesAttribute>().FirstOrDefault()?.Values ?? [];
        return type == typeof(string) ? Text(rules)
            : type == typeof(bool) ? ScalarNode.Boolean
            : type.IsEnum ? ScalarNode.Word([.. Enum.GetNames(type).Where(name => !denied.Contains(Enum.Parse(type, name)))])
            : type == typeof(int) ? ScalarNode.Integer<int>(range)
            : type == typeof(long) ? ScalarNode.Integer<long>(range)
            : type == typeof(double) ? ScalarNode.Number(range!)
            : type == typeof(TimeSpan) ? ScalarNode.Duration(range)
            : type == typeof(Uri) ? ValueForms.Get("any url")
            : typeof(IEnumerable).IsAssignableFrom(type) ? Collection(type, rules)
            : For(type);
    }

    private CollectionNode Collection(Type type, Attribute[] rules)
    {
        Type[] arguments = type.IsArray ? [type.GetElementType()!] : type.GetGenericArguments();
        KeyFormAttribute? keys = rules.OfType<KeyFormAttribute>().FirstOrDefault();
        return new CollectionNode(Node(arguments[^1], rules), IsList: arguments.Length == 1)
        {
            Keys = keys is null ? ScalarNode.Text : ValueForms.Get(keys.Form),
        };
    }

    private static ScalarNode Text(Attribute[] rules)
    {
        ScalarNode form = rules.Aggregate(ScalarNode.Text, (form, rule) => rule switch
        {
            DataTypeAttribute { CustomDataType: { } name } => ValueForms.Get(name),
            AllowedValuesAttribute allowed => ScalarNode.Word([.. allowed.Values.OfType<string>()], StringComparison.Ordinal),
            RegularExpressionAttribute text => form.And(text.ErrorMessage ?? $"a text of the form {text.Pattern}", text.IsValid),
            StringLengthAttribute text => form.And($"a text of {text.MinimumLength} to {text.MaximumLength} characters", text.IsValid),
            _ => form,
        });
        string description = form == ScalarNode.Text ? "a text of one character or more" : form.Description;
        bool mayBeBlank = !rules.Any(rule => rule is RequiredAttribute or MinLengthAttribute);
        return mayBeBlank ? form : form.And(description, value => !string.IsNullOrWhiteSpace(value));
    }
}
