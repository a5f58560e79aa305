using System.Collections.Concurrent;
using SnetGateway.Payments;
using SnetGateway.Payments.Values;

namespace SnetGateway.TestKit.Payments;

/// <summary>Records the events for the operator, as one line each.</summary>
public sealed class RecordingPaymentEvents : IPaymentEvents
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyCollection<string> Lines => _lines;

    public void LedgerMismatch(ChannelId channel, UInt256 known, UInt256 seen) => _lines.Enqueue($"mismatch {channel} {known} {seen}");

    public void ExecutedWithoutGrant(ChannelId channel) => _lines.Enqueue($"without-grant {channel}");

    public void OutcomeUnknown(ChannelId channel) => _lines.Enqueue($"unknown {channel}");

    public void NotWritten(ChannelId channel) => _lines.Enqueue($"not-written {channel}");

    public void NotGivenBack(ChannelId channel, UInt256 unused) => _lines.Enqueue($"not-given-back {channel} {unused}");

    public void ClaimStarted(ChannelId channel, ChannelNonce nonce, UInt256 amount) =>
        _lines.Enqueue($"claim-started {channel} {nonce} {amount}");

    public void FundsTakenBack(ChannelId channel, UInt256 lost) => _lines.Enqueue($"taken-back {channel} {lost}");

    public void RecordSetAside(ChannelId channel, UInt256 amount) => _lines.Enqueue($"set-aside {channel} {amount}");

    public void FreeCallExecutedWithoutGrant(Address user) => _lines.Enqueue($"free-call-without-grant {user}");

    public void FreeCallOutcomeUnknown(Address user) => _lines.Enqueue($"free-call-unknown {user}");

    public void FreeCallNotWritten(Address user) => _lines.Enqueue($"free-call-not-written {user}");
}
