namespace SnetGateway.Payments.Values;

/// <summary>
/// How often a channel was claimed. Amounts count from zero in each nonce; it only rises (docs/protocol/escrow-payments.md, 'Nonce and
/// claim').
/// </summary>
public readonly record struct ChannelNonce(UInt256 Value) : IComparable<ChannelNonce>
{
    /// <summary>The nonce after a claim.</summary>
    public ChannelNonce Next => new(Value.SaturatingAdd(UInt256.One));

    public static bool operator <(ChannelNonce left, ChannelNonce right) => left.Value < right.Value;

    public static bool operator >(ChannelNonce left, ChannelNonce right) => left.Value > right.Value;

    public static bool operator <=(ChannelNonce left, ChannelNonce right) => left.Value <= right.Value;

    public static bool operator >=(ChannelNonce left, ChannelNonce right) => left.Value >= right.Value;

    public static ChannelNonce Max(ChannelNonce left, ChannelNonce right) => left > right ? left : right;

    public int CompareTo(ChannelNonce other) => Value.CompareTo(other.Value);

    public override string ToString() => Value.ToString();
}
