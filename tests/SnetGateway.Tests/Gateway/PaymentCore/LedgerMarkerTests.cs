using Microsoft.Extensions.Logging.Abstractions;
using SnetGateway.Gateway.Hosting;
using SnetGateway.Gateway.PaymentCore;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.Storage;
using SnetGateway.TestKit;
using SnetGateway.Tests.Storage;
using Xunit;

namespace SnetGateway.Tests.Gateway.PaymentCore;

/// <summary>A ledger that knows less than the one that was used last is refused.</summary>
public sealed class LedgerMarkerTests : IDisposable
{
    private static readonly PaymentGroup s_group = GroupWith(1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-marker-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task NewLedger_WithoutChannels_StartsAndWritesNothing()
    {
        await UseAsync(Sqlite(), Book());
        Assert.Empty(_folder.GetFiles());
    }

    [Fact]
    public async Task SameLedger_ThatHasGrown_Starts()
    {
        await UseAsync(Sqlite(), Book(3));
        await UseAsync(Sqlite(), Book(4, 1));
        await UseAsync(Sqlite(), Book(4, 1));
    }

    [Theory]
    [InlineData(new long[0])]
    [InlineData(new long[] { 4 })]
    [InlineData(new long[] { 3, 1 })]
    [Rule(9)]
    public async Task OtherStore_ThatKnowsLess_IsRefused_AndTheCommandIsNamed(long[] entries)
    {
        await UseAsync(Sqlite(), Book(4, 1));

        LedgerBehindException refusal = Refused(Etcd(), Book(entries));
        Assert.Contains("`snet-gateway ledger copy`", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"sqlite at {Path.Combine(_folder.FullName, "ledger.db")}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("etcd at http://one:2379 (prefix snet-gateway/)", refusal.Message, StringComparison.Ordinal);
        Assert.Contains($"delete {Assert.Single(_folder.GetFiles()).FullName}", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
        await UseAsync(Etcd(), Book(4, 1)); // after a copy
        string content = await File.ReadAllTextAsync(_folder.GetFiles()[0].FullName);
        Assert.Contains("http://one:2379", content, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", content, StringComparison.Ordinal);
    }

    [Fact]
    [Rule(9)]
    public async Task OtherStore_AndBackToTheOldOne_IsRefused()
    {
        await UseAsync(Sqlite(), Book(4));
        await UseAsync(Etcd(), Book(5));
        Refused(Sqlite(), Book(4));
    }

    [Fact]
    [Rule(9)]
    public async Task SameFile_Deleted_IsRefused_UntilTheNamedFileIsDeleted()
    {
        await UseAsync(Sqlite(), Book(4));
        LedgerBehindException refusal = Refused(Sqlite(), Book());
        Assert.Contains("Restore its newest copy", refusal.Message, StringComparison.Ordinal);

        Assert.Single(_folder.GetFiles()).Delete();
        await UseAsync(Sqlite(), Book());
    }

    [Fact]
    [Rule(9)]
    public async Task OtherFolder_IsRefused_WhereTheJournalsFolderIsKept()
    {
        await UseAsync(Sqlite(), Book(4));
        LedgerOptions moved = Sqlite();
        moved.Path = Path.Combine(_folder.CreateSubdirectory("other").FullName, "ledger.db");
        Refused(moved, Book());
    }

    [Fact]
    public async Task Memory_IsRefusedAfterAPersistentLedger_AndIsNotWrittenDown()
    {
        LedgerOptions memory = Sqlite();
        memory.Store = "memory";
        await UseAsync(memory, Book(4));
        Assert.Empty(_folder.GetFiles());
        await UseAsync(Sqlite(), Book(4));
        Refused(memory, Book());
    }

    [Fact]
    public async Task OtherGroupChainOrContract_InTheSameFolder_IsAnotherLedger()
    {
        await UseAsync(Sqlite(), Book(4));
        Marker(Sqlite(), new ChannelBook([GroupWith(2)])).Check();
        Marker(Sqlite(), Book(), LedgerFolder.Scope with { ChainId = 5 }).Check();
        Marker(Sqlite(), Book(), LedgerFolder.Scope with { Escrow = new Address(new byte[Address.Size]) }).Check();
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"Channels\": 4")]
    public async Task DamagedFile_IsRefused(string content)
    {
        await UseAsync(Sqlite(), Book(4));
        await File.WriteAllTextAsync(Assert.Single(_folder.GetFiles()).FullName, content);
        Assert.Contains("cannot be read", Refused(Sqlite(), Book(4)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FolderThatCannotBeWritten_IsLoggedOnce()
    {
        LedgerOptions options = Sqlite();
        options.Path = options.Journal.Path = Path.Combine(_folder.FullName, "file", "ledger.db");
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "file"), "");
        var log = new LogLines();
        await RunAsync(
            new LedgerMarker(options, LedgerFolder.Scope, Book(1), new CommonTimer(TimeProvider.System), TimeProvider.System, log));
        Assert.Equal([3014], log.Ids);
    }

    [Fact]
    public void EtcdMemberAdded_IsTheSameLedger_AndAnotherPrefixIsNot()
    {
        LedgerOptions added = Etcd(), other = Etcd();
        added.Etcd.Endpoints = ["http://two:2379", "http://one:2379"];
        other.Etcd.KeyPrefix = "other/";
        Assert.True(LedgerPlace.Of(Etcd()).IsSameAs(LedgerPlace.Of(added)));
        Assert.False(LedgerPlace.Of(Etcd()).IsSameAs(LedgerPlace.Of(other)));
        Assert.False(LedgerPlace.Of(Etcd()).IsSameAs(LedgerPlace.Of(Sqlite())));
    }

    private static PaymentGroup GroupWith(byte id) =>
        new("org", "default", new Bytes32([.. Enumerable.Repeat(id, Bytes32.Size)]), new Address(new byte[Address.Size]), 0);

    /// <summary>Channels with as many journal entries each.</summary>
    private static ChannelBook Book(params long[] entries)
    {
        var book = new ChannelBook([s_group]);
        for (int i = 0; i < entries.Length; i++)
        {
            var id = new ChannelId((ulong)i);
            book.GetOrAdd(id).Adopt(new ChannelRecord
            {
                Id = id,
                Nonce = default,
                Amount = 1,
                Signature = default,
                Sender = default,
                Signer = default,
                Sequence = entries[i],
                Revision = 1,
            });
        }

        return book;
    }

    private static LedgerMarker Marker(LedgerOptions options, ChannelBook book, LedgerScope? scope = null) =>
        new(
            options, scope ?? LedgerFolder.Scope, book, new CommonTimer(TimeProvider.System), TimeProvider.System,
            NullLogger<LedgerMarker>.Instance);

    /// <summary>A start, some service, and a shutdown.</summary>
    private static async Task UseAsync(LedgerOptions options, ChannelBook book)
    {
        LedgerMarker marker = Marker(options, book);
        marker.Check();
        await RunAsync(marker);
    }

    private static async Task RunAsync(LedgerMarker marker)
    {
        marker.Check();
        using var stop = new CancellationTokenSource();
        Task running = marker.RunAsync(stop.Token);
        await stop.CancelAsync();
        await running;
    }

    private static LedgerBehindException Refused(LedgerOptions options, ChannelBook book) =>
        Assert.Throws<LedgerBehindException>(() => Marker(options, book).Check());

    private LedgerOptions Sqlite() => new()
    {
        Path = Path.Combine(_folder.FullName, "ledger.db"),
        Journal = new JournalOptions { Path = Path.Combine(_folder.FullName, "journal") },
    };

    private LedgerOptions Etcd()
    {
        LedgerOptions options = Sqlite();
        options.Store = "etcd";
        options.Etcd = new EtcdOptions { Endpoints = ["http://one:2379"], User = "gateway", Password = "secret" };
        return options;
    }
}
