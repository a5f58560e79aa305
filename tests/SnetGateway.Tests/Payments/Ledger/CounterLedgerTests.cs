using SnetGateway.Payments.Counters;
using SnetGateway.Payments.FreeCalls;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.Values;
using SnetGateway.Storage.Memory;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Payments;
using SnetGateway.Tests.Payments.FreeCalls;
using Xunit;

namespace SnetGateway.Tests.Payments.Ledger;

/// <summary>Counters in `ledger verify`, `ledger copy` and the reset of `free-calls reset`.</summary>
public sealed class CounterLedgerTests
{
    private readonly FreeCallRig _rig = new();

    private RecordKey Key => new FreeCallUser(FreeCallRig.User, "").CounterKey(_rig.Offer.QuotaIds.Span);

    [Fact]
    public async Task CleanCounter_HasNoFaults()
    {
        await UseAllAsync();
        CounterVerification finding = Assert.Single(await VerifyAsync(_rig.Store));
        Assert.Equal((3, UInt256.FromUInt64(3)), (finding.Entries, finding.Used));
        Assert.Empty(finding.Faults);
        Assert.StartsWith($"free calls of {FreeCallRig.User} (", finding.Name, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RecordWithAnotherNumber_IsAFault()
    {
        await UseAllAsync();
        CounterRecord record = CounterRecordCodec.Read(_rig.Store.Find(Key)!);
        _rig.Store.Overwrite(Key, CounterRecordCodec.Write(record with { Used = UInt256.One }));
        Assert.Equal(
            ["the record holds 1 used and 0 planned, its journal 3 and 0"], Assert.Single(await VerifyAsync(_rig.Store)).Faults);
    }

    [Fact]
    public async Task RecordThatGoesBack_IsAFault()
    {
        Assert.Null(await _rig.CallAsync());
        byte[] old = _rig.Store.Find(Key)!.Value.ToArray();
        Assert.Null(await _rig.CallAsync());
        _rig.Store.Overwrite(Key, old);
        Assert.Empty(Assert.Single(await VerifyAsync(_rig.Store)).Faults); // a gateway may have written since the record was read

        // Another gateway, or an older copy of the ledger, went on from there.
        Assert.Null(await new FreeCallRig(store: _rig.Store).CallAsync());
        Assert.NotEmpty(Assert.Single(await VerifyAsync(_rig.Store)).Faults);
    }

    [Fact]
    public async Task DamagedRecord_IsAFault()
    {
        await UseAllAsync();
        _rig.Store.Overwrite(Key, new byte[] { 9, 9 });
        Assert.Contains("has format 9", Assert.Single(await VerifyAsync(_rig.Store)).Faults[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reset_GivesAllCallsAgain_AndIsInTheJournal()
    {
        await UseAllAsync();
        var reset = new CounterReset(_rig.Store, _rig.Time);
        Assert.Equal(UInt256.FromUInt64(3), await reset.RunAsync(Key, default));
        var other = new FreeCallUser(FreeCallRig.Other, "");
        Assert.Null(await reset.RunAsync(other.CounterKey(_rig.Offer.QuotaIds.Span), default));

        var rig = new FreeCallRig(store: _rig.Store);
        Assert.Equal(3UL, await rig.AskAsync());
        Assert.Null(await rig.CallAsync());
        CounterVerification finding = Assert.Single(await VerifyAsync(_rig.Store));
        Assert.Equal((5, UInt256.One), (finding.Entries, finding.Used));
        Assert.Empty(finding.Faults);
    }

    [Fact]
    public async Task Reset_WhileACallRuns_TheCallCountsOnTopOfIt()
    {
        var store = new ScriptedStore { IsShared = true };
        var rig = new FreeCallRig(store: store);
        Assert.Null(await rig.CallAsync());
        Reservation running = await rig.ReserveAsync();
        Assert.Equal(UInt256.One, await new CounterReset(store, rig.Time).RunAsync(Key, default));
        Assert.Null(await running.SettleAsync());
        Assert.Equal(2UL, await rig.AskAsync());
        Assert.Empty(Assert.Single(await VerifyAsync(store)).Faults);
    }

    [Theory]
    [InlineData(StoreFault.NotWritten)]
    [InlineData(StoreFault.UnknownLost)]
    public async Task Reset_ThatIsNotWritten_SaysSo(StoreFault fault)
    {
        await UseAllAsync();
        _rig.Store.Fail(fault);
        await Assert.ThrowsAsync<StoreUnavailableException>(
            async () => await new CounterReset(_rig.Store, _rig.Time).RunAsync(Key, default));
    }

    [Fact]
    public async Task Copy_HasCountersAndTheirJournals_AndRunAgainWritesNothing()
    {
        await UseAllAsync();
        await using var target = new MemoryRecordStore();
        LedgerCopyResult first = await CopyAsync(target);
        Assert.Equal((0, 1, 3), (first.Channels, first.Counters, first.EntriesWritten));
        LedgerCopyResult again = await CopyAsync(target);
        Assert.Equal((1, 0), (again.Counters, again.EntriesWritten));

        CounterVerification finding = Assert.Single(await VerifyAsync(target));
        Assert.Equal((3, UInt256.FromUInt64(3)), (finding.Entries, finding.Used));
        Assert.Empty(finding.Faults);
        LedgerComparisonResult compared = await new LedgerComparison(
            _rig.Store, target, _rig.Signers, PaymentRig.Escrow, _rig.Time, default).RunAsync(new HashSet<string>(), default);
        Assert.Empty(compared.Differences);
    }

    [Fact]
    public async Task Copy_OfACounterThatTheTargetHasIndependently_IsNamedAndNotTouched()
    {
        await UseAllAsync();
        var other = new FreeCallRig();
        Assert.Null(await other.CallAsync());
        LedgerCopyResult result = await CopyAsync(other.Store);
        Assert.StartsWith("free calls of ", Assert.Single(result.Different), StringComparison.Ordinal);
        Assert.Equal(2UL, await other.AskAsync());
    }

    private async Task UseAllAsync()
    {
        for (int call = 0; call < 3; call++)
        {
            Assert.Null(await _rig.CallAsync());
            _rig.Time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    private async Task<LedgerCopyResult> CopyAsync(IRecordStore target)
    {
        using var copy = new LedgerCopy(_rig.Store, target, target, append: null);
        return await copy.RunAsync(CancellationToken.None);
    }

    private async Task<CounterVerification[]> VerifyAsync(IRecordStore store)
    {
        var findings = new List<CounterVerification>();
        var time = new TestTimeProvider();
        await foreach (CounterVerification finding in new CounterVerifier(new Unshared(store), time).VerifyAsync(CancellationToken.None))
        {
            findings.Add(finding);
        }

        return [.. findings];
    }

    /// <summary>The same store as a command sees it when no gateway writes.</summary>
    private sealed class Unshared(IRecordStore store) : IRecordStore
    {
        public bool IsShared => false;

        public ValueTask<CommitResult> CommitAsync(ReadOnlyMemory<RecordWrite> writes, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public ValueTask<StoredRecord?> ReadAsync(RecordKey key, CancellationToken cancellationToken) =>
            store.ReadAsync(key, cancellationToken);

        public IAsyncEnumerable<StoredRecord> ReadAllAsync(CancellationToken cancellationToken) => store.ReadAllAsync(cancellationToken);

        public IAsyncEnumerable<StoredRecord> ReadAllAsync(RecordKind kind, CancellationToken cancellationToken) =>
            store.ReadAllAsync(kind, cancellationToken);

        public IAsyncEnumerable<StoredRecord> WatchAsync(CancellationToken cancellationToken) => store.WatchAsync(cancellationToken);

        public IAsyncEnumerable<StoredEntry> ReadJournalAsync(RecordKey key, CancellationToken cancellationToken) =>
            store.ReadJournalAsync(key, cancellationToken);

        public ValueTask ProbeAsync(CancellationToken cancellationToken) => default;

        public ValueTask DisposeAsync() => default;
    }
}
