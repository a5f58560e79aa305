using System.Diagnostics;
using SnetGateway.Payments.Records;
using SnetGateway.Storage;
using SnetGateway.Storage.Etcd;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Etcd;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.Tests.Storage.Etcd;

/// <summary>Members that die, hang and come back, and responses that are lost.</summary>
[Trait("Needs", "etcd")]
public sealed class EtcdFaultTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(2);

    [Fact]
    [Rule(14)]
    public async Task LeaderKilled_OfThree_SettlesContinue_AndNoneIsLost()
    {
        await using EtcdCluster cluster = await EtcdCluster.StartAsync();
        await using EtcdRecordStore store = EtcdLedger.Open(EtcdLedger.Options(cluster.Endpoints));
        byte[][] written = new byte[8][];
        var killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task[] writers = [.. Enumerable.Range(0, written.Length).Select(async channel =>
        {
            for (int i = 0; i < 40; i++)
            {
                if (i == 10)
                {
                    await killed.Task;
                }

                byte[] value = [(byte)channel, (byte)i];
                await store.WriteUntilWritten(channel, value);
                written[channel] = value;
            }
        })];
        EtcdProcess leader = await cluster.LeaderAsync();
        await leader.KillAsync();
        killed.SetResult();
        await Task.WhenAll(writers);
        for (int channel = 0; channel < written.Length; channel++)
        {
            Assert.Equal(written[channel], (await store.Read(channel))!.Value.ToArray());
        }
    }

    [Fact]
    public async Task MemberInUsePaused_OfThree_TheNextOneIsUsed()
    {
        await using EtcdCluster cluster = await EtcdCluster.StartAsync();
        EtcdProcess leader = await cluster.LeaderAsync();
        EtcdProcess[] others = [.. cluster.Members.Where(member => member != leader)];

        // The first endpoint in the list is the first one used.
        LedgerOptions options = EtcdLedger.Options(others[0].Endpoint, others[1].Endpoint, leader.Endpoint);
        options.CommitTimeout = s_limit;
        await using EtcdRecordStore store = EtcdLedger.Open(options);
        long revision = await store.MustWrite(1, 0, [1]);
        EtcdProcess inUse = others[0];
        inUse.Pause();
        CommitResult lost = await store.Write(1, revision, [2]);
        if (lost.Outcome == CommitOutcome.Committed)
        {
            // On a busy machine the first member may have been slow before, so that the second one is in use.
            inUse.Resume();
            inUse = others[1];
            inUse.Pause();
            lost = await store.Write(1, lost.Revision, [2]);
        }

        Assert.True(lost.Outcome is CommitOutcome.Unknown or CommitOutcome.NotWritten, $"{lost.Outcome}");
        await store.WriteUntilWritten(1, [3]);
        inUse.Resume();
        Assert.Equal([3], (await store.Read(1))!.Value.ToArray());
    }

    [Fact]
    [Rule(14)]
    public async Task NoQuorum_NothingIsCommitted_EachEndsInTime_AndItRecovers()
    {
        await using EtcdCluster cluster = await EtcdCluster.StartAsync();
        LedgerOptions options = EtcdLedger.Options(cluster.Endpoints);
        options.CommitTimeout = s_limit;
        await using EtcdRecordStore store = EtcdLedger.Open(options);
        long revision = await store.MustWrite(1, 0, [1]);
        await cluster.Members[0].KillAsync();
        await cluster.Members[1].KillAsync();

        var time = Stopwatch.StartNew();
        CommitResult[] results =
            await Task.WhenAll(Enumerable.Range(1, 50).Select(channel => store.Write(channel, channel == 1 ? revision : 0, [2])));
        Assert.DoesNotContain(results, result => result.Outcome is CommitOutcome.Committed or CommitOutcome.Conflict);
        Assert.True(time.Elapsed < s_limit * 2, $"{time.Elapsed}");
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.Read(1));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.ProbeAsync(CancellationToken.None).AsTask());

        cluster.Members[0].Start();
        await store.WriteUntilWritten(1, [3]);
        await store.ProbeAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Unreachable_CertainlyNotWritten_InTime()
    {
        LedgerOptions options = EtcdLedger.Options("http://127.0.0.1:1", "http://127.0.0.1:2");
        // a tenth of it is left to say so before the clock says "unknown", on a busy machine too
        options.CommitTimeout = TimeSpan.FromSeconds(5);
        await using EtcdRecordStore store = EtcdLedger.Open(options);
        Assert.Equal(CommitOutcome.NotWritten, (await store.Write(1, 0, [1])).Outcome);
        StoreUnavailableException failure =
            await Assert.ThrowsAsync<StoreUnavailableException>(() => store.ReadAllAsync(CancellationToken.None).ToArrayAsync().AsTask());
        Assert.Contains("127.0.0.1", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Rule(7)]
    public async Task ResponseLost_IsUnknown_AndALaterReadDecides()
    {
        await using EtcdProcess etcd = await EtcdProcess.StartAsync();
        await using var relay = new TcpRelay(etcd.Endpoint);
        LedgerOptions options = EtcdLedger.Options(relay.Endpoint);
        options.CommitTimeout = s_limit;
        await using EtcdRecordStore store = EtcdLedger.Open(options);
        long revision = await store.MustWrite(1, 0, [1]);

        long before = relay.RequestBytes;
        relay.Mode = TcpRelayMode.SwallowsAnswers;
        Task<CommitResult> commit = store.Write(1, revision, [2]);
        await Eventually.TrueAsync("the request went out", () => Task.FromResult(relay.RequestBytes > before));

        // Waits until etcd has executed the write: a request that is cut earlier may never arrive.
        LedgerOptions beside = EtcdLedger.Options(etcd.Endpoint);
        beside.Etcd.KeyPrefix = options.Etcd.KeyPrefix;
        await using EtcdRecordStore other = EtcdLedger.Open(beside);
        await Eventually.TrueAsync("etcd has written it", async () => (await other.Read(1))!.Value.Span[0] == 2);
        relay.Cut();
        Assert.Equal(CommitOutcome.Unknown, (await commit).Outcome);

        relay.Mode = TcpRelayMode.Passes;
        StoredRecord stored = (await store.Read(1))!;
        Assert.Equal(2, stored.Value.Span[0]);
        await store.MustWrite(1, stored.Revision, [3]);
    }

    [Fact]
    public async Task ResponseLost_LateBatchEndsInTime_AndWaitersAreNotBlocked()
    {
        await using EtcdProcess etcd = await EtcdProcess.StartAsync();
        await using var relay = new TcpRelay(etcd.Endpoint);
        LedgerOptions options = EtcdLedger.Options(relay.Endpoint);
        options.CommitTimeout = s_limit;
        await using EtcdRecordStore store = EtcdLedger.Open(options);
        await store.MustWrite(0, 0, [1]);
        relay.Mode = TcpRelayMode.SwallowsAnswers;
        var time = Stopwatch.StartNew();
        CommitResult[] results = await Task.WhenAll(Enumerable.Range(1, 400).Select(channel => store.Write(channel, 0, [1])));
        Assert.All(
            results, result => Assert.True(result.Outcome is CommitOutcome.Unknown or CommitOutcome.NotWritten, $"{result.Outcome}"));
        Assert.Contains(results, result => result.Outcome == CommitOutcome.NotWritten); // those that were never sent
        Assert.True(time.Elapsed < s_limit * 2, $"{time.Elapsed}");
        relay.Mode = TcpRelayMode.Passes;
        relay.Cut();
        await store.WriteUntilWritten(1, [2]);
    }

    [Fact]
    public async Task Restarted_OnTheSameData_HoldsEverything()
    {
        await using EtcdProcess etcd = await EtcdProcess.StartAsync();
        await using EtcdRecordStore store = EtcdLedger.Open(EtcdLedger.Options(etcd.Endpoint));
        long revision = await store.MustWrite(1, 0, [7]);
        await etcd.KillAsync();
        await etcd.StartAgainAsync();
        StoredRecord stored = (await store.Read(1))!;
        Assert.Equal((revision, 7), (stored.Revision, stored.Value.Span[0]));
        await store.MustWrite(1, revision, [8]);
    }
}
