using SnetGateway.Payments.Records;
using SnetGateway.Storage;
using SnetGateway.Storage.Etcd;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Etcd;
using Xunit;

namespace SnetGateway.Tests.Storage.Etcd;

/// <summary>An etcd that is restored from a backup, or replaced, below a running gateway.</summary>
[Trait("Needs", "etcd")]
public sealed class EtcdRestoreTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Rule(9, 14)]
    public async Task RestoredOrReplacedBelowAGateway_NothingIsWrittenUntilItIsRestarted(bool isReplaced)
    {
        await using EtcdProcess etcd = await EtcdProcess.StartAsync();
        LedgerOptions options = EtcdLedger.Options(etcd.Endpoint);
        var log = new LogLines();
        await using (EtcdRecordStore store = EtcdLedger.Open(options, logger: log))
        {
            long revision = await store.MustWrite(1, 0, [1]);
            string backup = await etcd.BackUpAsync();
            for (byte i = 2; i <= 9; i++)
            {
                revision = await store.MustWrite(1, revision, [i]);
            }

            await etcd.KillAsync();
            await etcd.RestoreAsync(isReplaced ? null : backup);

            CommitResult late = await store.Write(1, revision, [10]);
            Assert.True(late.Outcome is CommitOutcome.Unknown or CommitOutcome.NotWritten, $"{late.Outcome}");
            await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.ProbeAsync(CancellationToken.None));
            await Assert.ThrowsAsync<StoreUnavailableException>(async () => await store.Read(1));
            Assert.Equal(CommitOutcome.NotWritten, (await store.Write(1, revision, [11])).Outcome);
            Assert.Single(log.TextsOf(7046));
        }

        await using EtcdRecordStore restarted = EtcdLedger.Open(options);
        Assert.Equal(isReplaced ? null : [1], (await restarted.Read(1))?.Value.ToArray());
    }

    [Fact]
    public async Task Restarted_TheSameHistoryGoesOn()
    {
        await using EtcdProcess etcd = await EtcdProcess.StartAsync();
        await using EtcdRecordStore store = EtcdLedger.Open(etcd);
        await store.MustWrite(1, 0, [1]);
        await etcd.KillAsync();
        await etcd.StartAgainAsync();
        await store.WriteUntilWritten(1, [2]);
        Assert.Equal([2], (await store.Read(1))!.Value.ToArray());
    }
}
