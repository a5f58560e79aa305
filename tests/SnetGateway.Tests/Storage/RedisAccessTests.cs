using SnetGateway.Payments.Records;
using SnetGateway.Storage;
using SnetGateway.Storage.Redis;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Etcd;
using SnetGateway.TestKit.Stores;
using Xunit;

namespace SnetGateway.Tests.Storage;

/// <summary>A user with the minimum permissions, and certificates on both sides.</summary>
[Trait("Needs", "redis")]
public sealed class RedisAccessTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("redis-access-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task User_WithTheDocumentedPermissions_CanDoEverythingAGatewayDoes()
    {
        await using RedisProcess redis = await RedisProcess.StartAsync();
        string[] documented =
        [
            .. RepositoryFiles.Read("docs/stores.md").Split('\n')
                .Where(line => line.StartsWith("ACL SETUSER ", StringComparison.Ordinal)),
        ];
        Assert.Equal(2, documented.Length); // the gateway's user, and the disabled default user
        foreach (string command in documented)
        {
            Assert.Contains("OK", await redis.CommandAsync(command.Split(' ')), StringComparison.Ordinal);
        }

        LedgerOptions options = redis.Options(new RedisOptions().KeyPrefix);
        Assert.Throws<StoreUnavailableException>(() => RedisFixture.Open(options));
        options.Redis.User = documented[0].Split(' ')[2];
        options.Redis.PasswordPath = Path.Combine(_folder.FullName, "password");
        await File.WriteAllTextAsync(options.Redis.PasswordPath, "wrong\n");
        Assert.Throws<StoreUnavailableException>(() => RedisFixture.Open(options));

        await File.WriteAllTextAsync(options.Redis.PasswordPath, "secret\n");
        await using (RedisRecordStore store = RedisFixture.Open(options))
        {
            Assert.Empty(await store.ReadAllAsync(CancellationToken.None).ToArrayAsync());
            using var ended = new CancellationTokenSource(StoreCalls.Patience);
            await using IAsyncEnumerator<StoredRecord> feed = store.WatchAsync(ended.Token).GetAsyncEnumerator();
            long revision = await store.MustWrite(1, 0, [1]);
            Assert.True(await feed.MoveNextAsync());
            Assert.Equal(revision, feed.Current.Revision);
            await store.ProbeAsync(CancellationToken.None);
        }

        string[] user = ["--user", options.Redis.User, "--pass", "secret", "--no-auth-warning"];
        string[][] commands =
            [["FLUSHALL"], ["CONFIG", "SET", "appendonly", "no"], ["GET", "other:key"], ["DEL", "snet:key"], ["SCRIPT", "FLUSH"]];
        foreach (string[] command in commands)
        {
            Assert.Contains("NOPERM", await redis.CommandAsync([.. user, .. command]), StringComparison.Ordinal);
        }

        options.Redis.KeyPrefix = "other";
        await using RedisRecordStore elsewhere = RedisFixture.Open(options);
        Assert.Equal(CommitOutcome.NotWritten, (await elsewhere.Write(1, 0, [1])).Outcome);
    }

    [Fact]
    public async Task Tls_WithCertificatesOnBothSides_Settles_AndWithoutOneFails()
    {
        EtcdTls server = StoreCertificates.Write(_folder.FullName, "one");
        EtcdTls stranger = StoreCertificates.Write(_folder.FullName, "two");
        await using RedisProcess redis = await RedisProcess.StartWithTlsAsync(server.CaFile, server.CertificateFile, server.KeyFile);
        LedgerOptions options = redis.Options();
        options.CommitTimeout = TimeSpan.FromSeconds(5);
        options.Redis.Endpoint = redis.TlsEndpoint;
        options.Redis.Tls = true;
        options.Redis.CaPath = server.CaFile;
        Assert.Throws<StoreUnavailableException>(() => RedisFixture.Open(options));

        (options.Redis.CertificatePath, options.Redis.KeyPath) = (server.CertificateFile, server.KeyFile);
        await using (RedisRecordStore store = RedisFixture.Open(options))
        {
            await store.MustWrite(1, 0, [1]);
        }

        options.Redis.CaPath = stranger.CaFile;
        Assert.Throws<StoreUnavailableException>(() => RedisFixture.Open(options));
        options.Redis.CaPath = Path.Combine(_folder.FullName, "nothing.pem");
        Assert.Throws<StoreUnavailableException>(() => RedisFixture.Open(options));
    }
}
