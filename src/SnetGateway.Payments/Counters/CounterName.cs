using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Counters;

/// <summary>How commands name a counter.</summary>
public static class CounterName
{
    /// <summary>The kinds of records that are counters.</summary>
    public static IReadOnlyList<RecordKind> Kinds { get; } = [RecordKind.PrepaidPlan, RecordKind.FreeCallCount];

    /// <summary>Whose counter it is, from the key alone.</summary>
    public static string Of(RecordKey key) =>
        key.Kind == RecordKind.FreeCallCount && key.Id.Length >= Address.Size
            ? $"free calls of {AddressOf(key)} ({Convert.ToHexStringLower(key.Id.Span[Address.Size..])[..12]})"
            : key.Kind == RecordKind.PrepaidPlan && key.Id.Length >= UInt256.Size
                && UInt256.TryReadBigEndian(key.Id.Span[..UInt256.Size], out UInt256 channel)
                ? $"plan of channel {channel} ({Convert.ToHexStringLower(key.Id.Span[UInt256.Size..])})"
                : $"counter {key}";

    /// <summary>The user's address in the key of a count of free calls.</summary>
    public static Address AddressOf(RecordKey key) => new(key.Id.Span[..Address.Size]);
}
