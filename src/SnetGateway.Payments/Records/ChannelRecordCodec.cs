using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Values;
using SnetGateway.Payments.Vouchers;

namespace SnetGateway.Payments.Records;

/// <summary>
/// The bytes of a channel's record: format 1, or format 2 where it has credit. The format number is the first byte of the value, and a
/// reader refuses one that it does not know. The bytes of both are kept in a test and stay readable.
/// </summary>
internal static class ChannelRecordCodec
{
    public const byte Format = 1;

    /// <summary>Format 1 with credit behind the earlier nonces.</summary>
    public const byte FormatWithCredit = 2;

    /// <summary>More than any record without credit takes: fields, eight earlier nonces and the newest entry.</summary>
    private const int MaxLength = 4096;

    /// <summary>Two numbers of 33 bytes for each slice, and the credit without a place.</summary>
    private const int MaxCreditLength = (2 * ChannelCredit.MaxOpen * 33) + 34;

    /// <summary>
    /// Earlier nonces that a record holds at most. A claim that is not final holds one; eight claims in 64 blocks are far beyond use.
    /// </summary>
    public const int MaxEarlier = 8;

    /// <summary>Bytes that the record takes at most.</summary>
    public static int RoomFor(ChannelRecord record) => record.Credit.IsNone ? MaxLength : MaxLength + MaxCreditLength;

    public static int Write(ChannelRecord record, Span<byte> destination)
    {
        var writer = new ByteWriter(destination);
        writer.Byte(record.Credit.IsNone ? Format : FormatWithCredit);
        writer.Number(record.Id.Value);
        writer.Number(record.Nonce.Value);
        writer.Number(record.Amount);
        writer.Bytes(record.Signature.Span);
        writer.Address(record.Sender);
        writer.Address(record.Signer);
        for (int i = 0; i < RecentCalls.Length; i++)
        {
            writer.CallId(record.Calls[i]);
        }

        writer.Byte(checked((byte)record.Earlier.Count));
        foreach (SignedTotal total in record.Earlier)
        {
            writer.Number(total.Nonce.Value);
            writer.Number(total.Amount);
            writer.Bytes(total.Signature.Span);
            writer.UInt64(total.ShownClaimedAtBlock);
        }

        if (!record.Credit.IsNone)
        {
            WriteCredit(ref writer, record.Credit);
        }

        writer.Byte(record.Reading is null ? (byte)0 : (byte)1);
        if (record.Reading is { } reading)
        {
            WriteReading(ref writer, reading);
        }

        writer.UInt64((ulong)record.Sequence);
        writer.Bytes(record.NewestEntry.Span);
        return writer.Length;
    }

    public static ChannelRecord Read(StoredRecord stored)
    {
        var reader = new ByteReader(stored.Value);
        byte format = reader.Byte();
        if (format is not (Format or FormatWithCredit))
        {
            throw new LedgerFormatException(
                $"record {stored.Key} has format {format}; this version reads formats {Format} and {FormatWithCredit}");
        }

        var id = new ChannelId(reader.Number());
        if (!UInt256.TryReadBigEndian(stored.Key.Id.Span, out UInt256 named) || named != id.Value)
        {
            throw new LedgerFormatException($"record {stored.Key} is of channel {id}");
        }

        var nonce = new ChannelNonce(reader.Number());
        UInt256 amount = reader.Number();
        ReadOnlyMemory<byte> signature = reader.Bytes();
        Address sender = reader.Address();
        Address signer = reader.Address();
        RecentCalls calls = default;
        for (int i = 0; i < RecentCalls.Length; i++)
        {
            calls[i] = reader.CallId();
        }

        var earlier = new SignedTotal[reader.Byte()];
        for (int i = 0; i < earlier.Length; i++)
        {
            earlier[i] = new SignedTotal(new ChannelNonce(reader.Number()), reader.Number(), reader.Bytes(), reader.UInt64());
        }

        ChannelCredit credit = format == FormatWithCredit ? ReadCredit(ref reader, stored.Key) : ChannelCredit.None;
        ChannelReading? reading = reader.Byte() switch
        {
            0 => null,
            1 => ReadReading(ref reader, id, sender, signer),
            _ => throw new LedgerFormatException($"record {stored.Key} is damaged"),
        };
        var record = new ChannelRecord
        {
            Revision = stored.Revision,
            Id = id,
            Nonce = nonce,
            Amount = amount,
            Signature = signature,
            Sender = sender,
            Signer = signer,
            Calls = calls,
            Earlier = earlier,
            Credit = credit,
            Reading = reading,
            Sequence = reader.Int64(),
            NewestEntry = reader.Bytes(),
        };
        return reader.AtEnd ? record : throw new LedgerFormatException($"record {stored.Key} has bytes after its end");
    }

    private static void WriteCredit(ref ByteWriter writer, ChannelCredit credit)
    {
        writer.Number(credit.Loose);
        writer.Byte(checked((byte)credit.Open.Length));
        foreach (CreditSlice slice in credit.Open)
        {
            writer.Number(slice.From);
            writer.Number(slice.To);
        }
    }

    private static ChannelCredit ReadCredit(ref ByteReader reader, RecordKey key)
    {
        UInt256 loose = reader.Number();
        var open = new CreditSlice[reader.Byte()];
        UInt256 end = UInt256.Zero;
        for (int i = 0; i < open.Length; i++)
        {
            open[i] = new CreditSlice(reader.Number(), reader.Number());
            if (open[i].From < end || open[i].To <= open[i].From)
            {
                throw new LedgerFormatException($"record {key} is damaged");
            }

            end = open[i].To;
        }

        return new ChannelCredit(loose, open);
    }

    // The id and the parties are in the record already; a reading of other parties is never written into it.
    private static void WriteReading(ref ByteWriter writer, ChannelReading reading)
    {
        writer.Number(reading.Nonce.Value);
        writer.Address(reading.Recipient);
        writer.Bytes32(reading.GroupId);
        writer.Number(reading.Value);
        writer.Number(reading.Expiration);
        writer.UInt64(reading.Block.Number);
        writer.Bytes32(reading.Block.Hash);
        writer.UInt64((ulong)reading.Block.SeenAt.ToUnixTimeMilliseconds());
    }

    private static ChannelReading ReadReading(ref ByteReader reader, ChannelId id, Values.Address sender, Values.Address signer) => new()
    {
        Id = id,
        Sender = sender,
        Signer = signer,
        Nonce = new ChannelNonce(reader.Number()),
        Recipient = reader.Address(),
        GroupId = reader.Bytes32(),
        Value = reader.Number(),
        Expiration = reader.Number(),
        Block = new ChainBlock(reader.UInt64(), reader.Bytes32(), reader.Moment()),
    };
}
