using SnetGateway.Payments.Refusal;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>Refusal reasons as metric tags: lower case with underscores, one per reason.</summary>
internal static class RefusalNames
{
    private static readonly string[] Names = [.. Enum.GetNames<RefusalReason>().Select(Snake)];

    public static string Of(RefusalReason reason) => Names[(int)reason];

    private static string Snake(string name) =>
        string.Concat(name.Select((character, at) => char.IsUpper(character) && at > 0 ? $"_{char.ToLowerInvariant(character)}" : $"{char.ToLowerInvariant(character)}"));
}
