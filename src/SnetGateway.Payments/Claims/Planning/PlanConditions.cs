using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Claims.Planning;

/// <summary>What a plan depends on besides the channels.</summary>
/// <param name="Head">The newest block.</param>
/// <param name="GasPrice">Wei for a unit of gas, base fee and tip together.</param>
/// <param name="InTransactions">Channels that transactions which are not final claim.</param>
/// <param name="Refused">Channels that the contract refused a short time ago.</param>
/// <param name="SweepFrom">The first channel of those that are claimed for their age; null when it is not time.</param>
public sealed record PlanConditions(
    ulong Head, ulong GasPrice, IReadOnlySet<ChannelId> InTransactions, IReadOnlySet<ChannelId> Refused, ChannelId? SweepFrom = null);
