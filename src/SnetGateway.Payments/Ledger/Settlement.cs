using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Ledger;

/// <summary>What is to be written for one paid call.</summary>
/// <param name="Payment">The payment, judged right.</param>
/// <param name="Price">What the call costs, in cogs.</param>
/// <param name="Call">What was called.</param>
/// <param name="Judged">The record that the payment was judged by, and the one that the write compares with; null where there was none.</param>
/// <param name="Reading">The reading that the payment was judged by, whose parties signed.</param>
public readonly record struct Settlement(ChannelPayment Payment, UInt256 Price, PaidCall Call, ChannelRecord? Judged, ChannelReading Reading);
