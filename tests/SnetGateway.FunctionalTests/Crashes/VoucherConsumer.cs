using SnetGateway.Ethereum.Signatures;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.FunctionalTests.Crashes;

/// <summary>
/// Makes concurrent calls of one channel with parallel vouchers. One of each batch fails at the service, and what failed, also by a kill,
/// is the credit that the next calls use. It shows each voucher once, or several times: then too one may be granted.
/// </summary>
internal sealed class VoucherConsumer(
    PrivateKey key, Address escrow, ChannelId channel, ulong price, ulong block, IReadOnlyList<Uri> gateways, Random random, int copies)
    : CounterConsumer(gateways, random)
{
    /// <summary>The name of its service, and the host.</summary>
    public const string Service = "vouchers";

    private const int Batch = 40;
    private const int Failing = 20;

    private static readonly byte[] s_fail = Wire.Frame([0x3A, 0x02, 0x08, 0x05]); // example.EchoRequest: failure with code 5

    private readonly PaidRequests _requests = new(key, escrow, channel, block);
    private ulong _signed;
    private ulong _step;
    private int _calls;
    private int _next;

    protected override string Host => Service;

    /// <summary>A call that uses credit begins when those before have ended.</summary>
    protected override int Parallel => _step == price ? base.Parallel : 1;

    /// <summary>Calls that were paid: the authorized amount without the credit is the sum of their prices.</summary>
    public override async Task<int> CountAsync(IRecordStore ledger)
    {
        ulong charged = await ChargedAsync(ledger, channel);
        Assert.True(charged % price == 0, $"Channel {channel} was charged {charged} cogs, which is not a number of calls.");
        return (int)(charged / price);
    }

    /// <summary>What the channel's record says was spent, in cogs.</summary>
    public static async Task<ulong> ChargedAsync(IRecordStore ledger, ChannelId channel)
    {
        ChannelRecord? record = await new LedgerHistory(ledger).ChannelAsync(channel, CancellationToken.None);
        return record is null ? 0 : record.Amount.SaturatingSubtract(record.Credit.Total).ToUInt64Saturating();
    }

    protected override async Task<bool> PrepareAsync(Uri gateway, CancellationToken cancellationToken)
    {
        (_signed, ulong credit) = await _requests.AskStateAsync(Http, gateway, cancellationToken);
        ulong paidByCredit = credit / (price - 1);
        (_step, _calls, _next) = paidByCredit > 0 ? (1, (int)Math.Min(paidByCredit, Batch), 0) : (price, Batch, 0);
        return true;
    }

    protected override (string Name, string Value)[]? Payment()
    {
        int number = Interlocked.Increment(ref _next) - 1;
        return number < _calls * copies ? _requests.Payment(_signed + (_step * (ulong)(1 + (number / copies)))) : null;
    }

    protected override (string Path, byte[] Message) Request() =>
        _step == price && Volatile.Read(ref _next) == Failing ? ("/example.Echo/Say", s_fail) : base.Request();

    /// <summary>The failure of the service, which has no text; and of two copies one is refused.</summary>
    protected override bool IsUsedUp(string refusal) => refusal.Length == 0 || copies > 1;
}
