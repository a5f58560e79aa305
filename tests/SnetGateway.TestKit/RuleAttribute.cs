namespace SnetGateway.TestKit;

/// <summary>Marks a test that fails where one of these rules of docs/rules.md is broken.</summary>
/// <param name="numbers">Numbers of the rules.</param>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class RuleAttribute(params int[] numbers) : Attribute
{
    public IReadOnlyList<int> Numbers => numbers;
}
