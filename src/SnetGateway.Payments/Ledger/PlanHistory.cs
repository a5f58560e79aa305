using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Ledger;

/// <summary>A prepaid plan of a channel.</summary>
/// <param name="Nonce">The nonce at which it was bought.</param>
/// <param name="Record">Its state.</param>
/// <param name="Entries">Its journal, oldest first.</param>
public sealed record PlanHistory(ChannelNonce Nonce, CounterRecord Record, IReadOnlyList<CounterEntry> Entries);
