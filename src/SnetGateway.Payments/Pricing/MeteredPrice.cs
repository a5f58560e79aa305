using System.Numerics;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Pricing;

/// <summary>
/// A price that is known when the call has ended. The price that its source names before the call is then the ceiling: it is settled, and
/// what the call does not use is given back.
/// </summary>
/// <param name="Unit">What is counted.</param>
/// <param name="UnitCogs">What each begun unit costs, in cogs; above 0, and ignored where the service reports the price.</param>
public sealed record MeteredPrice(MeterUnit Unit, UInt256 UnitCogs)
{
    /// <summary>How many units the ceiling pays for.</summary>
    public ulong UnitsWithin(UInt256 ceiling) =>
        (ulong)BigInteger.Min(ulong.MaxValue, ceiling.ToBigInteger() / BigInteger.Max(BigInteger.One, UnitCogs.ToBigInteger()));

    /// <summary>What so many units cost, in cogs: at most the ceiling.</summary>
    public UInt256 CostOf(ulong units, UInt256 ceiling) =>
        units > UnitsWithin(ceiling) ? ceiling : UInt256.Parse((units * UnitCogs.ToBigInteger()).ToString(null, null));
}

/// <summary>What a metered price counts.</summary>
public enum MeterUnit
{
    /// <summary>Nothing: the service reports the price when the call ends.</summary>
    Reported,

    /// <summary>Messages of the response.</summary>
    Message,

    /// <summary>1,024 bytes of the response's messages, all of them together.</summary>
    Kibibyte,

    /// <summary>Seconds from the moment when the call is forwarded to the end of its response.</summary>
    Second,
}
