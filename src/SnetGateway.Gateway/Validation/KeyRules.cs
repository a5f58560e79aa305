using System.Collections;
using KeyAttribute = System.Runtime.CompilerServices.CallerArgumentExpressionAttribute;

namespace SnetGateway.Gateway.Validation;

/// <summary>
/// Rules between two keys of one object of the configuration. The expression of an argument names its key: `etcd.KeyPath` is the key
/// `KeyPath`. A key is set if its value is true, or a text, a list or a map that is not empty.
/// </summary>
internal sealed class KeyRules(string path, ErrorList errors)
{
    /// <summary>A key that needs another.</summary>
    public void Requires(object? key, object? other, [Key(nameof(key))] string name = "", [Key(nameof(other))] string otherName = "") =>
        AddIf(IsSet(key) && !IsSet(other), otherName, $"not set, and {Key(name)} needs it", $"Set it, or remove {Key(name)}");

    /// <summary>Two keys of which only one may be set.</summary>
    public void Excludes(object? key, object? other, [Key(nameof(key))] string name = "", [Key(nameof(other))] string otherName = "") =>
        AddIf(IsSet(key) && IsSet(other), otherName, $"{Key(name)} is set too, and only one of both is used", "Remove one of them");

    /// <summary>A key that is used only while another has one value.</summary>
    public void UsedIf(
        string other, string value, object? key, [Key(nameof(other))] string otherName = "", [Key(nameof(key))] string name = "") =>
        AddIf(
            IsSet(key) && other != value,
            name,
            $"used only if {Key(otherName)} is {value}",
            $"Remove it, or set {Key(otherName)} to {value}");

    private static bool IsSet(object? value) => value switch
    {
        null or "" or false => false,
        ICollection many => many.Count > 0,
        _ => true,
    };

    private static string Key(string expression) => expression[(expression.LastIndexOf('.') + 1)..];

    private void AddIf(bool isError, string expression, string problem, string remedy) =>
        errors.Check($"{path}:{Key(expression)}", (isError, problem, remedy));
}
