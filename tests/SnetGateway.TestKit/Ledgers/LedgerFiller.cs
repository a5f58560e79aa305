using System.Buffers.Binary;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;

namespace SnetGateway.TestKit.Ledgers;

/// <summary>
/// Writes the ledger of a gateway that has run for a long time: records of many channels, as large as real ones, each with a history. The
/// journal's hash chain is valid. Without a signer, signatures are random bytes, because startup and calls do not verify stored ones.
/// </summary>
/// <param name="store">An empty ledger.</param>
/// <param name="recipient">The recipient of the channels.</param>
/// <param name="groupId">The group of the channels.</param>
/// <param name="random">Decides the order in which channels first paid, and all arbitrary values.</param>
/// <param name="signer">Signs all amounts for the escrow contract, so that the ledger verifies as clean.</param>
public sealed class LedgerFiller(
    IRecordStore store, Address recipient, Bytes32 groupId, Random random, (PrivateKey Key, Address Escrow)? signer = null)
{
    private const int ChannelsAtATime = 4096;
    private const int WritesPerCommit = 32;
    private const ulong Price = 1000;
    private static readonly UInt256 s_value = 1_000_000_000;

    /// <summary>
    /// Writes a number of channels with a number of journal entries each, and the chain cursor of <paramref name="block"/>.
    /// </summary>
    public async Task FillAsync(int channels, int entriesEach, ChainBlock block, CancellationToken cancellationToken)
    {
        ulong[] ids = new ulong[channels];
        for (int i = 0; i < channels; i++)
        {
            ids[i] = (ulong)i;
        }

        random.Shuffle(ids); // a channel's number does not depend on when it first paid
        foreach (ulong[] some in ids.Chunk(ChannelsAtATime))
        {
            ChannelRecord[] records = [.. some.Select(id => First(id, block))];
            for (int entry = 0; entry < entriesEach; entry++)
            {
                await WriteAsync(records, entry + 1, block, cancellationToken);
            }
        }

        await new CursorStore(store, new ChannelBook([])).SaveAsync(block, cancellationToken);
    }

    private async Task WriteAsync(ChannelRecord[] records, int sequence, ChainBlock block, CancellationToken cancellationToken)
    {
        var commits = new List<Task<CommitResult>>();
        for (int start = 0; start < records.Length; start += WritesPerCommit)
        {
            var writes = new RecordWrite[Math.Min(WritesPerCommit, records.Length - start)];
            for (int i = 0; i < writes.Length; i++)
            {
                ref ChannelRecord record = ref records[start + i];
                long expected = record.Revision;
                record = Next(record, sequence, block.SeenAt);
                byte[] value = new byte[ChannelRecordCodec.RoomFor(record)];
                writes[i] = new RecordWrite(
                    new Channel(record.Id).Key, expected, value.AsMemory(0, ChannelRecordCodec.Write(record, value)), sequence,
                    record.NewestEntry);
            }

            commits.Add(store.CommitAsync(writes, cancellationToken).AsTask());
        }

        for (int i = 0; i < commits.Count; i++)
        {
            CommitResult result = await commits[i];
            if (result.Outcome != CommitOutcome.Committed)
            {
                throw new InvalidOperationException($"The ledger took no more: {result.Outcome}");
            }

            int first = i * WritesPerCommit;
            foreach (ChannelRecord record in records.AsSpan(first, Math.Min(WritesPerCommit, records.Length - first)))
            {
                record.Revision = result.Revision;
            }
        }
    }

    private ChannelRecord First(ulong id, ChainBlock block)
    {
        Address sender = RandomAddress();
        Address signedBy = signer?.Key.Address ?? RandomAddress();
        return new ChannelRecord
        {
            Id = new ChannelId(id),
            Nonce = new ChannelNonce(0),
            Amount = UInt256.Zero,
            Signature = RandomBytes(65),
            Sender = sender,
            Signer = signedBy,
            Reading = new ChannelReading
            {
                Id = new ChannelId(id),
                Nonce = new ChannelNonce(0),
                Sender = sender,
                Signer = signedBy,
                Recipient = recipient,
                GroupId = groupId,
                Value = s_value,
                Expiration = block.Number + 1_000_000,
                Block = block,
            },
        };
    }

    private ChannelRecord Next(ChannelRecord previous, int sequence, DateTimeOffset at)
    {
        UInt256 amount = (ulong)sequence * Price;
        var call = new CallId(BinaryPrimitives.ReadUInt64LittleEndian(RandomBytes(8)), (ulong)sequence);
        var entry = new JournalEntry
        {
            Kind = EntryKind.Settle,
            ChannelId = previous.Id,
            Sequence = sequence,
            Previous = JournalEntry.HashOf(previous.NewestEntry.Span),
            Nonce = previous.Nonce,
            Amount = amount,
            Price = Price,
            Call = call,
            At = at,
            Service = "default",
            Method = "/example.Echo/Say",
            Signature = Sign(previous, amount),
        };
        byte[] bytes = new byte[JournalEntry.MaxLength];
        return previous with
        {
            Amount = amount,
            Signature = entry.Signature,
            Calls = previous.Calls.With(call),
            Sequence = sequence,
            NewestEntry = bytes.AsMemory(0, entry.Write(bytes)),
        };
    }

    private ReadOnlyMemory<byte> Sign(ChannelRecord record, UInt256 amount)
    {
        if (signer is not { } by)
        {
            return record.Signature;
        }

        byte[] message = new byte[ClaimMessage.Length];
        ClaimMessage.Write(message, by.Escrow, record.Id, record.Nonce, amount);
        return by.Key.SignMessage(message);
    }

    private Address RandomAddress() => new(RandomBytes(Address.Size));

    private byte[] RandomBytes(int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
