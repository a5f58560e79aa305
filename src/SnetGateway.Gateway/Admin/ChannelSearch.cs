using SnetGateway.Gateway.Reports;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Admin;

/// <summary>Finds channels in memory, and reads histories from the ledger.</summary>
internal sealed class ChannelSearch(ChannelBook book, IRecordStore store)
{
    /// <summary>Channels of a page, at most.</summary>
    public const int MaxPage = 500;

    /// <summary>Entries of a history, at most: the newest ones.</summary>
    private const int MaxEntries = 1_000;

    private readonly LedgerHistory _history = new(store);

    /// <summary>Channels that were paid with, by id. Throws what a read of the ledger throws.</summary>
    /// <param name="search">A channel's id, or the address of its sender, signer or recipient; empty for all.</param>
    /// <param name="after">Only channels with a higher id.</param>
    /// <param name="limit">Channels of the page.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<ChannelPage> FindAsync(string? search, UInt256? after, int limit, CancellationToken cancellationToken)
    {
        limit = Math.Clamp(limit, 1, MaxPage);
        var page = new PriorityQueue<ChannelRecord, ChannelId>(Comparer<ChannelId>.Create((left, right) => right.CompareTo(left)));
        bool hasMore = false;
        foreach (Channel channel in book.All)
        {
            if (channel.Record is { } record && (after is null || channel.Id.Value > after) && Matches(channel, record, search))
            {
                page.Enqueue(record, record.Id);
                if (page.Count > limit)
                {
                    hasMore = true;
                    page.Dequeue();
                }
            }
        }

        var lines = new List<ChannelLine>();
        foreach (ChannelRecord record in page.UnorderedItems.Select(item => item.Element).OrderBy(record => record.Id))
        {
            lines.Add(await ChannelLine.ReadAsync(_history, record, cancellationToken));
        }

        return new ChannelPage(lines, hasMore ? lines[^1].Channel : null);
    }

    /// <summary>The history of one channel, as `ledger explain` has it; null when the ledger has no such channel.</summary>
    public Task<ChannelStory?> ExplainAsync(UInt256 id, CancellationToken cancellationToken) =>
        ChannelStory.ReadAsync(_history, new ChannelId(id), MaxEntries, cancellationToken);

    /// <summary>The histories of a user's free calls.</summary>
    public Task<IReadOnlyList<FreeCallStory>> ExplainAsync(Address user, CancellationToken cancellationToken) =>
        FreeCallStory.ReadAsync(_history, user, MaxEntries, cancellationToken);

    /// <summary>The first counts of free calls, by address.</summary>
    public async Task<IReadOnlyList<FreeCallLine>> FreeCallsAsync(int limit, CancellationToken cancellationToken) => await
        _history.CountersAsync(RecordKind.FreeCallCount, cancellationToken)
            .Select(FreeCallLine.Of)
            .Take(limit)
            .ToListAsync(cancellationToken);

    private static bool Matches(Channel channel, ChannelRecord record, string? search)
    {
        if (string.IsNullOrEmpty(search))
        {
            return true;
        }

        ChannelReading? reading = channel.Chain?.Reading ?? record.Reading;
        return Address.TryParse(search, out Address address)
            ? record.Sender == address || record.Signer == address || reading?.Recipient == address
            : UInt256.TryParse(search, out UInt256 id) && channel.Id.Value == id;
    }
}

/// <summary>A part of the channels.</summary>
/// <param name="Channels">Its channels, by id.</param>
/// <param name="Next">The id after which the next page begins; null for the last one.</param>
internal sealed record ChannelPage(IReadOnlyList<ChannelLine> Channels, string? Next);
