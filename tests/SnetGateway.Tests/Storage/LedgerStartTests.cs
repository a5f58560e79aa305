using Microsoft.Data.Sqlite;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Training;
using SnetGateway.Payments.Values;
using SnetGateway.Storage.Sqlite;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Ledgers;
using Xunit;

namespace SnetGateway.Tests.Storage;

/// <summary>What startup reads of a large ledger. tests/campaigns/start.sh measures how long it takes.</summary>
public sealed class LedgerStartTests
{
    private static readonly Address s_recipient = Address.Parse("0x1111111111111111111111111111111111111111");
    private static readonly ChainBlock s_block = new(
        5_000, new Bytes32(new byte[32]), new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    [Rule(15)]
    public async Task Load_ReadsEveryRecord_AndNoHistory()
    {
        const int Channels = 1_200; // more than any page of rows
        using var folder = new LedgerFolder();
        await using (SqliteRecordStore store = folder.Open())
        {
            await new LedgerFiller(store, s_recipient, default, new Random(5)).FillAsync(Channels, 3, s_block, CancellationToken.None);
        }

        // A startup that reads the journal would fail without it.
        using (SqliteConnection connection = LedgerFolder.OpenDirectly(folder.File))
        {
            connection.Execute("DELETE FROM journal");
        }

        await using SqliteRecordStore again = folder.Open();
        var book = new ChannelBook([]);
        var sync = new LedgerSync(again, book, new CounterBook(1), new CursorStore(again, book), new TrainingModels(again));
        ChainBlock? cursor = await sync.LoadAsync(CancellationToken.None);

        Assert.Equal(s_block, cursor);
        Assert.Equal(Enumerable.Range(0, Channels).Select(id => new ChannelId((ulong)id)), book.All.Select(channel => channel.Id).Order());
        Assert.All(book.All, channel =>
        {
            Assert.Equal(UInt256.FromUInt64(3_000), channel.Record!.Amount);
            Assert.Equal(3, channel.Record.Sequence);
            Assert.Equal(s_recipient, channel.Chain!.Reading.Recipient);
        });
    }
}
