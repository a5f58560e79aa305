using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Payments.Records;
using SnetGateway.Storage;
using SnetGateway.Storage.Etcd;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Etcd;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.Tests.Storage.Etcd;

/// <summary>A full etcd, the documented commands that bring it back, and the warning that comes before.</summary>
[Trait("Needs", "etcd")]
public sealed class EtcdFullTests
{
    [Fact]
    [Rule(14)]
    public async Task EtcdFull_NothingIsWritten_AndTheDocumentedCommandsBringItBack()
    {
        await using EtcdProcess etcd = await EtcdProcess.StartAsync(new() { Arguments = ["--quota-backend-bytes=4194304"] });
        await using EtcdRecordStore store = EtcdLedger.Open(EtcdLedger.Options(etcd.Endpoint));
        byte[] value = new byte[StoreLimits.MaxValueLength];
        long revision = 0;
        CommitResult result;
        while ((result = await store.Write(1, revision, value)).Outcome == CommitOutcome.Committed)
        {
            revision = result.Revision; // one record: everything else is history
        }

        Assert.Equal(CommitOutcome.NotWritten, result.Outcome);
        StoreUnavailableException unavailable =
            await Assert.ThrowsAsync<StoreUnavailableException>(() => store.ProbeAsync(CancellationToken.None).AsTask());
        Assert.Contains("space exceeded", unavailable.Message, StringComparison.Ordinal);
        Assert.Equal(revision, await store.Revision(1)); // reads continue

        await RunDocumentedCommandsAsync(etcd.Endpoint);
        await store.ProbeAsync(CancellationToken.None);
        await store.MustWrite(1, revision, [1]);
    }

    /// <summary>etcd executes the transaction that raises its alarm and returns an error for it.</summary>
    [Fact]
    [Rule(7)]
    public async Task EtcdGetsFullUnderManyWriters_EachCommitIsReportedAsItIsStored()
    {
        await using EtcdProcess etcd = await EtcdProcess.StartAsync(new() { Arguments = ["--quota-backend-bytes=4194304"] });
        await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            await using EtcdRecordStore store = EtcdLedger.Open(etcd);
            long revision = 0;
            CommitResult result;
            for (int i = 1; ; i++)
            {
                byte[] value = new byte[StoreLimits.MaxValueLength];
                BitConverter.TryWriteBytes(value, i); // no two commits have the same bytes
                result = await store.Write(1, revision, value);
                if (result.Outcome != CommitOutcome.Committed)
                {
                    break;
                }

                revision = result.Revision;
            }

            Assert.Equal(CommitOutcome.NotWritten, result.Outcome);
            Assert.Equal(revision, await store.Revision(1));
        }));
    }

    [Theory]
    [InlineData(false, true, "--auto-compaction-retention=0")]
    [InlineData(false, false, "--auto-compaction-retention=1")]
    [InlineData(true, false, "--auto-compaction-retention=0")]
    public async Task Start_WarnsWhenEtcdDoesNotCompactItself(bool compacted, bool warns, string argument)
    {
        await using EtcdProcess etcd = await EtcdProcess.StartAsync(new() { Arguments = [argument] });
        LedgerOptions options = EtcdLedger.Options(etcd.Endpoint);
        await using (EtcdRecordStore writer = EtcdLedger.Open(options))
        {
            long revision = await writer.MustWrite(1, 0, [1]);
            if (compacted)
            {
                await etcd.ControlAsync("compact", revision.ToString(System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        var log = new LogLines();
        await using EtcdRecordStore store = EtcdLedger.Open(options, logger: log);
        Assert.Single(await store.ReadAllAsync(CancellationToken.None).ToArrayAsync());
        await store.Inspection;
        Assert.Contains(7030, log.Ids);
        Assert.Equal(warns, log.Ids.Contains(7036));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("[]", false)]
    [InlineData("{\"cmdline\":7}", false)]
    [InlineData("{\"cmdline\":[\"etcd\"]}", false)]
    [InlineData("{\"cmdline\":[\"etcd\",\"--auto-compaction-retention\"]}", false)]
    [InlineData("{\"cmdline\":[\"etcd\",\"--auto-compaction-retention=0\"]}", false)]
    [InlineData("{\"cmdline\":[\"etcd\",\"--auto-compaction-retention=0h\"]}", false)]
    [InlineData("{\"cmdline\":[\"etcd\",\"--auto-compaction-retention=10m\"]}", true)]
    [InlineData("{\"cmdline\":[\"etcd\",\"--auto-compaction-retention\",\"1\"]}", true)]
    [InlineData("{\"cmdline\":[\"etcd\",\"-auto-compaction-retention\",\"1h\"]}", true)]
    public void PublishedArguments_ShowWhetherEtcdCompactsItself(string? variables, bool compacts) =>
        Assert.Equal(compacts, EtcdInspection.CompactsItself(variables));

    [Fact]
    public async Task Inspection_ThatFails_IsOnlyAWarning()
    {
        LedgerOptions options = EtcdLedger.Options("http://127.0.0.1:1");
        var client = new EtcdClient(options.Etcd, null, TimeProvider.System, NullLogger.Instance);
        client.Dispose(); // as if the store was disposed during the inspection
        var log = new LogLines();

        await new EtcdInspection(client, new EtcdKeys(options.Etcd.KeyPrefix, LedgerFolder.Scope), log).RunAsync(
            TimeSpan.FromSeconds(1), CancellationToken.None);

        Assert.Equal([7037], log.Ids);
    }

    private static async Task RunDocumentedCommandsAsync(string endpoint)
    {
        string page = RepositoryFiles.Read("docs/stores.md");
        string commands =
            page.Split("```sh\n").Single(part => part.StartsWith("export ETCDCTL_API", StringComparison.Ordinal)).Split("```")[0];
        await using var shell = ChildProcess.Start(
            "/bin/sh", ["-e", "-c", commands], environment: new Dictionary<string, string?> { ["ETCDCTL_ENDPOINTS"] = endpoint });
        int code = await shell.WaitForExitAsync();
        Assert.True(code == 0, shell.RecentOutput);
    }
}
