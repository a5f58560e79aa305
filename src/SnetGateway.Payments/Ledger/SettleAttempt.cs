using SnetGateway.Payments.Records;

namespace SnetGateway.Payments.Ledger;

/// <summary>A settle on its way to the store.</summary>
/// <param name="Next">The record as it will be.</param>
/// <param name="Call">The call that is paid.</param>
/// <param name="Writes">The one write, as the store sees it; the channel's, until the store is done with it.</param>
/// <param name="Buffer">The record's bytes, rented until the store is done with them.</param>
internal readonly record struct SettleAttempt(ChannelRecord Next, CallId Call, RecordWrite[] Writes, byte[] Buffer);
