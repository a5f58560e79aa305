namespace SnetGateway.Payments.Values;

/// <summary>
/// The escrow contract's number of a channel. A separate type, so that it cannot change places with a nonce or an amount.
/// </summary>
public readonly record struct ChannelId(UInt256 Value) : IComparable<ChannelId>
{
    public static bool operator <(ChannelId left, ChannelId right) => left.Value < right.Value;

    public static bool operator >(ChannelId left, ChannelId right) => left.Value > right.Value;

    public static bool operator <=(ChannelId left, ChannelId right) => left.Value <= right.Value;

    public static bool operator >=(ChannelId left, ChannelId right) => left.Value >= right.Value;

    public int CompareTo(ChannelId other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString();
}
