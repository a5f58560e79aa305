using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Gateway.Configuration.Forms;

/// <summary>
/// The form that a text in the configuration must have. On a list or a map it holds for each element.
/// </summary>
/// <param name="description">What a right value is, to follow "is not" and "write": "an address (0x and 40 hex digits)".</param>
[AttributeUsage(AttributeTargets.Property)]
public abstract class ValueFormAttribute(string description) : ValidationAttribute
{
    /// <summary>What a right value is.</summary>
    public string Description { get; } = description;

    /// <summary>Whether a wrong value may carry a secret (a token in a URL), so that no message repeats it.</summary>
    public virtual bool MayHoldSecret => false;

    public abstract bool Accepts(string value);

    public override bool IsValid(object? value) =>
        value is null || (value is string text && Accepts(text)) || (value is IEnumerable<string> list && list.All(Accepts));
}
