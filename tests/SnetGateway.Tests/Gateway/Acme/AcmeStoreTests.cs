using System.Security.Cryptography;
using System.Text;
using SnetGateway.Gateway.Acme;
using SnetGateway.Payments.Records;
using SnetGateway.Storage.Memory;
using Xunit;

namespace SnetGateway.Tests.Gateway.Acme;

/// <summary>Where keys and certificates are kept: who may read them, and what happens to two writers.</summary>
public sealed class AcmeStoreTests : IDisposable
{
    private static readonly Uri s_directory = new("https://ca.example/dir");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-acme-");
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Folder_AndItsFiles_AreForTheOwnerOnly()
    {
        string path = Path.Combine(_folder.FullName, "new", "acme");
        var store = new FolderAcmeStore(path);
        Assert.Null(await store.ReadAsync("account", default));
        Assert.Equal(1, await store.WriteAsync("account", "first"u8.ToArray(), 0, default));
        await File.WriteAllTextAsync(Path.Combine(path, "account.json.new"), "left by a crash");
        Assert.Equal(1, await store.WriteAsync("account", "second"u8.ToArray(), 1, default));
        Assert.Equal("second"u8.ToArray(), (await store.ReadAsync("account", default))!.Value);
        string file = Assert.Single(Directory.GetFiles(path));
        const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(Owner, File.GetUnixFileMode(file));
        Assert.Equal(Owner | UnixFileMode.UserExecute, File.GetUnixFileMode(path));
    }

    [Fact]
    public async Task FolderThatCannotBe_IsAnAcmeException()
    {
        string file = Path.Combine(_folder.FullName, "file");
        await File.WriteAllTextAsync(file, "");
        var store = new FolderAcmeStore(file);
        await Assert.ThrowsAsync<AcmeException>(async () => await store.WriteAsync("account", [1], 0, default));
    }

    [Fact]
    public async Task SharedStore_HoldsNothingReadable()
    {
        await using var records = new MemoryRecordStore();
        var store = new SharedAcmeStore(records, s_directory, _secret);
        byte[] value = "-----BEGIN PRIVATE KEY-----"u8.ToArray();
        Assert.NotNull(await store.WriteAsync("a.example", value, 0, default));
        await foreach (StoredRecord stored in records.ReadAllAsync(default))
        {
            Assert.Equal(RecordKind.Certificate, stored.Key.Kind);
            Assert.DoesNotContain("PRIVATE", Encoding.Latin1.GetString(stored.Value.Span), StringComparison.Ordinal);
        }

        AcmeRecord read = (await new SharedAcmeStore(records, s_directory, _secret).ReadAsync("a.example", default))!;
        Assert.Equal(value, read.Value);
    }

    [Fact]
    public async Task SharedStore_OfTwoWriters_OneWins()
    {
        await using var records = new MemoryRecordStore();
        var one = new SharedAcmeStore(records, s_directory, _secret);
        var other = new SharedAcmeStore(records, s_directory, _secret);
        long revision = (await one.WriteAsync("a.example", [1], 0, default))!.Value;
        Assert.Null(await other.WriteAsync("a.example", [2], 0, default));
        Assert.NotNull(await other.WriteAsync("a.example", [3], revision, default));
        Assert.Null(await one.WriteAsync("a.example", [4], revision, default));
        Assert.Equal([3], (await one.ReadAsync("a.example", default))!.Value);
    }

    [Fact]
    public async Task SharedStore_WithAnotherSecret_OrForAnotherAuthority_ReadsNothing()
    {
        await using var records = new MemoryRecordStore();
        await new SharedAcmeStore(records, s_directory, _secret).WriteAsync("a.example", [1], 0, default);
        Assert.Null(await new SharedAcmeStore(records, new Uri("https://other.example/dir"), _secret).ReadAsync("a.example", default));
        var stranger = new SharedAcmeStore(records, s_directory, RandomNumberGenerator.GetBytes(32));
        AcmeException exception =
            await Assert.ThrowsAsync<AcmeException>(async () => await stranger.ReadAsync("a.example", default));
        Assert.Contains("StoreKeyPath", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(29)]
    public async Task SharedStore_WithChangedBytes_ReadsNothing(int place)
    {
        await using var records = new MemoryRecordStore();
        var store = new SharedAcmeStore(records, s_directory, _secret);
        await store.WriteAsync("a.example", [1, 2, 3], 0, default);
        StoredRecord stored = await records.ReadAllAsync(default).FirstAsync();
        byte[] changed = stored.Value.ToArray();
        changed[place] ^= 1;
        await records.CommitAsync(new[] { new RecordWrite(stored.Key, stored.Revision, changed) }, default);
        await Assert.ThrowsAsync<AcmeException>(async () => await store.ReadAsync("a.example", default));
        stored = await records.ReadAllAsync(default).FirstAsync();
        await records.CommitAsync(new[] { new RecordWrite(stored.Key, stored.Revision, changed.AsMemory(0, 5)) }, default);
        await Assert.ThrowsAsync<AcmeException>(async () => await store.ReadAsync("a.example", default));
    }

    [Fact]
    public async Task Account_IsCreatedOnce_ByTwoReplicas()
    {
        await using var records = new MemoryRecordStore();
        using var one = new AcmeAccount(new SharedAcmeStore(records, s_directory, _secret));
        using var other = new AcmeAccount(new SharedAcmeStore(records, s_directory, _secret));
        Assert.Null(await other.FindAsync(default));
        AcmeKey[] keys = await Task.WhenAll(one.GetAsync(default), other.GetAsync(default));
        Assert.Equal(keys[0].Thumbprint, keys[1].Thumbprint);
    }
}
