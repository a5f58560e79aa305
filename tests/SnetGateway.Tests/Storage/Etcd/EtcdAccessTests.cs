using SnetGateway.Payments.Records;
using SnetGateway.Storage;
using SnetGateway.Storage.Etcd;
using SnetGateway.TestKit.Etcd;
using SnetGateway.TestKit.Stores;
using Xunit;

namespace SnetGateway.Tests.Storage.Etcd;

/// <summary>User and password, certificates on both sides.</summary>
[Trait("Needs", "etcd")]
public sealed class EtcdAccessTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("etcd-access-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task User_WithTheRightPassword_Settles_AndAnExpiredTokenIsRenewed()
    {
        await using EtcdProcess etcd = await EtcdProcess.StartAsync();
        LedgerOptions options = EtcdLedger.Options(etcd.Endpoint);
        options.CommitTimeout = TimeSpan.FromSeconds(2);
        await etcd.ControlAsync("user", "add", "root:top");
        await etcd.ControlAsync("user", "grant-role", "root", "root");
        await etcd.ControlAsync("user", "add", "gateway:secret");
        await etcd.ControlAsync("role", "add", "ledger");
        await etcd.ControlAsync("role", "grant-permission", "ledger", "--prefix=true", "readwrite", options.Etcd.KeyPrefix);
        await etcd.ControlAsync("user", "grant-role", "gateway", "ledger");
        await etcd.ControlAsync("auth", "enable");

        await using (EtcdRecordStore nobody = EtcdLedger.Open(options))
        {
            Assert.Equal(CommitOutcome.NotWritten, (await nobody.Write(1, 0, [1])).Outcome);
            await Assert.ThrowsAsync<StoreUnavailableException>(() => nobody.Read(1));
        }

        (options.Etcd.User, options.Etcd.Password) = ("gateway", "wrong");
        await using (EtcdRecordStore wrong = EtcdLedger.Open(options))
        {
            Assert.Equal(CommitOutcome.NotWritten, (await wrong.Write(1, 0, [1])).Outcome);
            StoreUnavailableException refused = await Assert.ThrowsAsync<StoreUnavailableException>(
                () => wrong.ReadAllAsync(CancellationToken.None).ToArrayAsync().AsTask());
            Assert.Contains("authentication failed", refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("wrong", refused.Message, StringComparison.Ordinal);
        }

        string file = Path.Combine(_folder.FullName, "password");
        await File.WriteAllTextAsync(file, "secret\n");
        (options.Etcd.Password, options.Etcd.PasswordPath) = ("", file);
        await using EtcdRecordStore store = EtcdLedger.Open(options);
        Assert.Empty(await store.ReadAllAsync(CancellationToken.None).ToArrayAsync());
        long revision = await store.MustWrite(1, 0, [1]);
        await using IAsyncEnumerator<StoredRecord> feed = store.WatchAsync(CancellationToken.None).GetAsyncEnumerator();
        Assert.True(await feed.MoveNextAsync().AsTask().WaitAsync(StoreCalls.Patience));

        // etcd keeps simple tokens in memory, so it forgets them when it restarts.
        await etcd.KillAsync();
        etcd.Start();
        revision = await store.WriteUntilWritten(1, [2]);
        await store.ProbeAsync(CancellationToken.None);
        Assert.True(await feed.MoveNextAsync().AsTask().WaitAsync(StoreCalls.Patience));
        Assert.Equal(revision, feed.Current.Revision);

        LedgerOptions elsewhere = EtcdLedger.Options(etcd.Endpoint);
        (elsewhere.Etcd.User, elsewhere.Etcd.PasswordPath) = ("gateway", file);
        await using EtcdRecordStore notAllowed = EtcdLedger.Open(elsewhere);
        Assert.Equal(CommitOutcome.NotWritten, (await notAllowed.Write(1, 0, [1])).Outcome);
    }

    [Fact]
    public async Task Tls_WithCertificatesOnBothSides_Settles_AndWithoutOneFails()
    {
        EtcdTls server = StoreCertificates.Write(_folder.FullName, "one");
        EtcdTls stranger = StoreCertificates.Write(_folder.FullName, "two");
        await using EtcdProcess etcd = await EtcdProcess.StartAsync(new() { Tls = server });
        LedgerOptions options = EtcdLedger.Options(etcd.Endpoint);
        options.CommitTimeout = TimeSpan.FromSeconds(2);
        options.Etcd.CaPath = server.CaFile;
        await using (EtcdRecordStore withoutCertificate = EtcdLedger.Open(options))
        {
            Assert.NotEqual(CommitOutcome.Committed, (await withoutCertificate.Write(1, 0, [1])).Outcome);
        }

        (options.Etcd.CertificatePath, options.Etcd.KeyPath) = (server.CertificateFile, server.KeyFile);
        await using EtcdRecordStore store = EtcdLedger.Open(options);
        await store.MustWrite(1, 0, [1]);
        Assert.Single(await store.ReadAllAsync(CancellationToken.None).ToArrayAsync());

        options.Etcd.CaPath = stranger.CaFile;
        await using EtcdRecordStore distrustful = EtcdLedger.Open(options);
        Assert.Equal(CommitOutcome.NotWritten, (await distrustful.Write(2, 0, [1])).Outcome);

        options.Etcd.CaPath = Path.Combine(_folder.FullName, "nothing.pem");
        Assert.Throws<StoreUnavailableException>(() => EtcdLedger.Open(options));
    }
}
