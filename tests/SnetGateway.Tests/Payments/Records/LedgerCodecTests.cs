using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.Payments.Vouchers;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Payments.Records;

/// <summary>Formats 1 and 2 as they stand on disk: these bytes stay readable.</summary>
public sealed class LedgerCodecTests(ITestOutputHelper output)
{
    private const string EntryHash = "0xc40b4b030ee8abae26380f29a8120f55098b8370a3b3aaef1b7507e9ca0c4002";

    private const string EntryHex =
        "01010212340000000000000007abababababababababababababababababababababababababababababababab010202012c000102030405"
        + "0607080000000000000009000001a1fd70f23b000a63616c63756c61746f7200172f6578616d706c652e43616c63756c61746f722f616464"
        + "0041555555555555555555555555555555555555555555555555555555555555555555555555555555555555555555555555555555555555"
        + "555555555555555555551b";

    private const string RecordHex =
        "01021234010220ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff0041555555555555555555555555555555"
        + "555555555555555555555555555555555555555555555555555555555555555555555555555555555555555555555555551b100000000000"
        + "0000000000000000000000000001200000000000000000000000000000000000000200000000000000030000000000000004000000000000"
        + "0001000000000000000200000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
        + "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000020101030100"
        + "0000416666666666666666666666666666666666666666666666666666666666666666666666666666666666666666666666666666666666"
        + "66666666666666666666661b0000000000000000000101004177777777777777777777777777777777777777777777777777777777777777"
        + "7777777777777777777777777777777777777777777777777777777777777777771b00000000000003e70101023000000000000000000000"
        + "00000000000000000307070707070707070707070707070707070707070707070707070707070707070203e80207d000000000000003e809"
        + "09090909090909090909090909090909090909090909090909090909090909000001a1fd70f23b00000000000000070003010203";

    private static readonly DateTimeOffset s_at = new(2026, 11, 21, 9, 30, 0, 123, TimeSpan.Zero);

    [Fact]
    public void JournalEntry_Format1_IsTheseBytes()
    {
        JournalEntry entry = Entry();
        Assert.Equal(EntryHex, Convert.ToHexStringLower(Bytes(entry)));
        AssertSame(entry, JournalEntry.Read(Convert.FromHexString(EntryHex)));
        Assert.Equal(EntryHash, JournalEntry.HashOf(Convert.FromHexString(EntryHex)).ToString());
        Assert.True(JournalEntry.HashOf([]).IsZero);
    }

    [Fact]
    [Rule(16)]
    public void ChannelRecord_Format1_IsTheseBytes()
    {
        ChannelRecord record = Record();
        Assert.Equal(RecordHex, Convert.ToHexStringLower(Bytes(record)));
        AssertSame(record, Read(record.Id, Convert.FromHexString(RecordHex), 9));
    }

    [Fact]
    public void ChannelRecord_SmallestOfFormat1_IsTheseBytes()
    {
        var record = new ChannelRecord
        {
            Id = new(0), Nonce = new(0), Amount = 0, Signature = default, Sender = PaymentRig.Sender, Signer = PaymentRig.Signer,
        };
        string hex = "010000000000" + "1000000000000000000000000000000000000001" + "2000000000000000000000000000000000000002"
            + new string('0', 2 * 128) + "00" + "00" + "0000000000000000" + "0000";
        Assert.Equal(hex, Convert.ToHexStringLower(Bytes(record)));
        AssertSame(record, Read(record.Id, Convert.FromHexString(hex), 0));
    }

    [Fact]
    [Rule(16)]
    public void ChannelRecordAndEntry_WithCredit_AreTheseBytes()
    {
        JournalEntry entry = Entry() with { Credit = 5 };
        const string Price = "02012c00";
        Assert.Equal("02" + EntryHex[2..].Replace(Price, Price + "0105", StringComparison.Ordinal), Convert.ToHexStringLower(Bytes(entry)));
        AssertSame(entry, JournalEntry.Read(Bytes(entry)));

        ChannelRecord record = Record() with { Credit = new ChannelCredit(3, [new(1, 2), new(0x100, 0x101)]) };
        const string Reading = "00000000000003e7" + "01";
        string hex = "02" + RecordHex[2..].Replace(
            Reading, "00000000000003e7" + "0103" + "02" + "0101" + "0102" + "020100" + "020101" + "01", StringComparison.Ordinal);
        Assert.Equal(hex, Convert.ToHexStringLower(Bytes(record)));
        AssertSame(record, Read(record.Id, Convert.FromHexString(hex), 9));
    }

    [Fact]
    public void Generated_RecordsAndEntries_AreTheSameBothWays()
    {
        Random random = Seeds.Random(output.WriteLine);
        for (int i = 0; i < 2_000; i++)
        {
            JournalEntry entry = Generate(random);
            byte[] bytes = Bytes(entry);
            Assert.InRange(bytes.Length, 1, JournalEntry.MaxLength);
            AssertSame(entry, JournalEntry.Read(bytes));

            ChannelRecord record = Generate(random, bytes);
            AssertSame(record, Read(record.Id, Bytes(record), record.Revision));
        }
    }

    [Fact]
    public void Largest_RecordAndEntry_FitTheirBuffers()
    {
        JournalEntry entry = Entry() with
        {
            ChannelId = new(UInt256.MaxValue),
            Nonce = new(UInt256.MaxValue),
            Amount = UInt256.MaxValue,
            Price = UInt256.MaxValue,
            Credit = UInt256.MaxValue,
            Service = new string('€', 500),
            Method = string.Concat(Enumerable.Repeat("😀", 500)),
        };
        byte[] bytes = Bytes(entry);
        Assert.InRange(bytes.Length, 1, JournalEntry.MaxLength);
        var read = JournalEntry.Read(bytes);
        Assert.Equal(new string('€', 42), read.Service);
        Assert.Equal(string.Concat(Enumerable.Repeat("😀", 32)), read.Method);

        ChannelRecord record = Record() with
        {
            Id = new(UInt256.MaxValue),
            Nonce = new(UInt256.MaxValue),
            Amount = UInt256.MaxValue,
            Earlier =
            [
                .. Enumerable.Repeat(
                    new SignedTotal(new(UInt256.MaxValue), UInt256.MaxValue, new byte[65], ulong.MaxValue), ChannelRecordCodec.MaxEarlier),
            ],
            Credit = new ChannelCredit(UInt256.MaxValue, [.. Enumerable.Range(1, ChannelCredit.MaxOpen).Select(at =>
                new CreditSlice(Below((2 * at) + 1), Below(2 * at)))]),
            NewestEntry = bytes,
        };
        Assert.InRange(Bytes(record).Length, 1, ChannelRecordCodec.RoomFor(record));
    }

    [Fact]
    public void Entry_NameWithHalfACharacter_IsStillReadable()
    {
        var read = JournalEntry.Read(Bytes(Entry() with { Service = "a\ud83d", Method = new string('\udc00', 300) }));
        Assert.Equal("a\ufffd", read.Service);
        Assert.Equal(new string('\ufffd', 42), read.Method);
    }

    [Fact]
    public void Garbage_IsAlwaysAFormatException()
    {
        Random random = Seeds.Random(output.WriteLine);
        byte[] entry = Convert.FromHexString(EntryHex);
        byte[][] sound =
        [
            entry, Bytes(Entry() with { Credit = 700 }), Convert.FromHexString(RecordHex),
            Bytes(Record() with { Credit = new ChannelCredit(3, [new(1, 2), new(5, 9)]) }),
        ];
        for (int i = 0; i < 30_000; i++)
        {
            byte[] bytes = Damage(random, sound[random.Next(sound.Length)]);
            NothingElseThanAFormatException(() => JournalEntry.Read(bytes));
            NothingElseThanAFormatException(() => Read(Record().Id, bytes, 1));
        }
    }

    [Fact]
    public void EveryCutAndEveryExtension_IsAFormatException()
    {
        byte[] record = Convert.FromHexString(RecordHex), entry = Convert.FromHexString(EntryHex);
        for (int length = 0; length < record.Length; length++)
        {
            Assert.Throws<LedgerFormatException>(() => Read(Record().Id, record[..length], 1));
        }

        for (int length = 0; length < entry.Length; length++)
        {
            Assert.Throws<LedgerFormatException>(() => JournalEntry.Read(entry.AsMemory(0, length)));
        }

        Assert.Throws<LedgerFormatException>(() => Read(Record().Id, [.. record, 0], 1));
        Assert.Throws<LedgerFormatException>(() => JournalEntry.Read((byte[])[.. entry, 0]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(255)]
    public void AnotherFormat_IsNamedInTheError(byte format)
    {
        byte[] record = Convert.FromHexString(RecordHex), entry = Convert.FromHexString(EntryHex);
        record[0] = format;
        entry[0] = format == 3 ? (byte)4 : format; // an entry has one format more
        Assert.Contains(
            $"format {format}", Assert.Throws<LedgerFormatException>(() => Read(Record().Id, record, 1)).Message, StringComparison.Ordinal);
        Assert.Contains(
            $"format {entry[0]}", Assert.Throws<LedgerFormatException>(() => JournalEntry.Read(entry)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TimesAndNumbersOutOfRange_AreAFormatException()
    {
        // Each eight bytes that stand for a moment or a sequence, set to all ones, and to the first value that does not fit.
        foreach (byte[] valid in (byte[][])[Convert.FromHexString(RecordHex), Convert.FromHexString(EntryHex)])
        {
            for (int at = 1; at + 8 <= valid.Length; at++)
            {
                foreach (byte fill in (byte[])[0xff, 0x7f, 0x80])
                {
                    byte[] bytes = [.. valid];
                    bytes.AsSpan(at, 8).Fill(fill);
                    NothingElseThanAFormatException(() => JournalEntry.Read(bytes));
                    NothingElseThanAFormatException(() => Read(Record().Id, bytes, 1));
                }
            }
        }
    }

    [Fact]
    public void Record_UnderAnotherChannelsKey_IsAFormatException() =>
        Assert.Throws<LedgerFormatException>(() => Read(PaymentRig.Id(2), Convert.FromHexString(RecordHex), 1));

    [Fact]
    public async Task Cursor_Damaged_IsAFormatException()
    {
        foreach (string hex in (string[])["", "00", "01", "02" + new string('0', 96), "01" + new string('0', 80) + "ffffffffffffffff", "01"
            + new string('0', 98)])
        {
            var rig = new PaymentRig();
            rig.Store.Overwrite(new RecordKey(RecordKind.ChainCursor, "cursor"u8.ToArray()), Convert.FromHexString(hex));
            await Assert.ThrowsAsync<LedgerFormatException>(async () => await rig.Parts.Sync.LoadAsync(default));
        }
    }

    private static void NothingElseThanAFormatException(Action read)
    {
        try
        {
            read();
        }
        catch (LedgerFormatException)
        {
            // What a reader of damaged bytes is told.
        }
    }

    private static byte[] Damage(Random random, byte[] valid)
    {
        byte[] bytes = random.Next(3) == 0 ? new byte[random.Next(0, 800)] : [.. valid];
        if (bytes.Length == 0)
        {
            return bytes;
        }

        if (random.Next(3) == 0)
        {
            random.NextBytes(bytes);
            bytes[0] = 1;
        }

        for (int i = random.Next(1, 6); i > 0; i--)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return random.Next(4) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }

    private static ChannelRecord Read(ChannelId id, byte[] value, long revision) =>
        ChannelRecordCodec.Read(new StoredRecord(new Channel(id).Key, revision, value));

    private static UInt256 Below(int distance) => UInt256.MaxValue.SaturatingSubtract((ulong)distance);

    private static ChannelCredit Credit(Random random)
    {
        UInt256 end = (ulong)random.Next(9);
        var open = new CreditSlice[random.Next(3) * random.Next(ChannelCredit.MaxOpen / 2)];
        for (int i = 0; i < open.Length; i++)
        {
            UInt256 from = end.SaturatingAdd((ulong)random.NextInt64(1, 1 << 40));
            end = from.SaturatingAdd((ulong)random.NextInt64(1, 1 << 40));
            open[i] = new CreditSlice(from, end);
        }

        return new ChannelCredit(random.Next(2) == 0 ? UInt256.Zero : Number(random), open);
    }

    private static byte[] Bytes(in JournalEntry entry)
    {
        byte[] bytes = new byte[JournalEntry.MaxLength];
        return bytes[..entry.Write(bytes)];
    }

    private static byte[] Bytes(ChannelRecord record)
    {
        byte[] bytes = new byte[ChannelRecordCodec.RoomFor(record)];
        return bytes[..ChannelRecordCodec.Write(record, bytes)];
    }

    private static void AssertSame(in JournalEntry expected, in JournalEntry actual)
    {
        Assert.Equal(expected with { Signature = default }, actual with { Signature = default });
        Assert.Equal(expected.Signature.ToArray(), actual.Signature.ToArray());
    }

    private static void AssertSame(ChannelRecord expected, ChannelRecord actual)
    {
        Assert.Equal(
            (expected.Id, expected.Nonce, expected.Amount, expected.Sequence), (actual.Id, actual.Nonce, actual.Amount, actual.Sequence));
        Assert.Equal((expected.Sender, expected.Signer, expected.Reading), (actual.Sender, actual.Signer, actual.Reading));
        Assert.Equal(expected.Credit.Loose, actual.Credit.Loose);
        Assert.Equal(expected.Credit.Open.ToArray(), actual.Credit.Open.ToArray());
        Assert.Equal(expected.Signature.ToArray(), actual.Signature.ToArray());
        Assert.Equal(expected.NewestEntry.ToArray(), actual.NewestEntry.ToArray());
        for (int i = 0; i < RecentCalls.Length; i++)
        {
            Assert.Equal(expected.Calls[i], actual.Calls[i]);
        }

        Assert.Equal(
            expected.Earlier.Select(
                total => (total.Nonce, total.Amount, Convert.ToHexString(total.Signature.Span), total.ShownClaimedAtBlock)),
            actual.Earlier.Select(
                total => (total.Nonce, total.Amount, Convert.ToHexString(total.Signature.Span), total.ShownClaimedAtBlock)));
    }

    private static byte[] Signature(byte fill)
    {
        byte[] signature = new byte[65];
        Array.Fill(signature, fill);
        signature[64] = 27;
        return signature;
    }

    private static JournalEntry Entry() => new()
    {
        Kind = EntryKind.Settle,
        ChannelId = new(0x1234),
        Sequence = 7,
        Previous = PaymentRig.Filled(0xab),
        Nonce = new(2),
        Amount = 300,
        Price = 0,
        Call = new CallId(0x0102030405060708, 9),
        At = s_at,
        Service = "calculator",
        Method = "/example.Calculator/add",
        Signature = Signature(0x55),
    };

    private static ChannelRecord Record()
    {
        RecentCalls calls = default;
        calls = calls.With(new CallId(1, 2)).With(new CallId(3, 4));
        return new ChannelRecord
        {
            Id = new(0x1234),
            Nonce = new(2),
            Amount = UInt256.MaxValue,
            Signature = Signature(0x55),
            Sender = PaymentRig.Sender,
            Signer = PaymentRig.Signer,
            Calls = calls,
            Earlier = [new SignedTotal(new(1), 65_536, Signature(0x66), 0), new SignedTotal(new(0), 1, Signature(0x77), 999)],
            Reading = Reading(new(0x1234), 2, s_at),
            Sequence = 7,
            NewestEntry = new byte[] { 1, 2, 3 },
        };
    }

    private static ChannelReading Reading(ChannelId id, ulong nonce, DateTimeOffset at) => new()
    {
        Id = id,
        Nonce = new(nonce),
        Sender = PaymentRig.Sender,
        Signer = PaymentRig.Signer,
        Recipient = PaymentRig.Recipient,
        GroupId = PaymentRig.Filled(7),
        Value = 1_000,
        Expiration = 2_000,
        Block = new ChainBlock(1_000, PaymentRig.Filled(9), at),
    };

    private static UInt256 Number(Random random)
    {
        byte[] bytes = new byte[random.Next(0, 33)];
        random.NextBytes(bytes);
        return UInt256.TryReadBigEndian(bytes, out UInt256 value) ? value : default;
    }

    private static JournalEntry Generate(Random random)
    {
        byte[] previous = new byte[32];
        random.NextBytes(previous);
        byte[] signature = new byte[random.Next(2) * 65];
        random.NextBytes(signature);
        var kind = (EntryKind)random.Next(1, 5);
        return new JournalEntry
        {
            Kind = kind,
            IsCeiling = kind == EntryKind.Settle && random.Next(2) == 0,
            ChannelId = new(Number(random)),
            Sequence = random.NextInt64(long.MaxValue),
            Previous = new Bytes32(previous),
            Nonce = new(Number(random)),
            Amount = Number(random),
            Price = Number(random),
            Credit = random.Next(2) == 0 ? UInt256.Zero : Number(random),
            Call = new CallId((ulong)random.NextInt64(), (ulong)random.NextInt64()),
            At = DateTimeOffset.FromUnixTimeMilliseconds(random.NextInt64(0, 253_402_300_799_999)),
            Service = new string('x', random.Next(0, 129)),
            Method = new string('ß', random.Next(0, 65)),
            Signature = signature,
        };
    }

    private static ChannelRecord Generate(Random random, byte[] newest)
    {
        RecentCalls calls = default;
        for (int i = random.Next(0, 12); i > 0; i--)
        {
            calls = calls.With(new CallId((ulong)random.NextInt64(), (ulong)random.NextInt64()));
        }

        var id = new ChannelId(Number(random));
        return new ChannelRecord
        {
            Id = id,
            Nonce = new(Number(random)),
            Amount = Number(random),
            Signature = Signature((byte)random.Next(256)),
            Sender = PaymentRig.Sender,
            Signer = PaymentRig.Signer,
            Calls = calls,
            Earlier = [.. Enumerable.Range(0, random.Next(0, 9))
                .Select(at => new SignedTotal(new((ulong)at), Number(random), Signature(1), (ulong)random.NextInt64()))],
            Credit = random.Next(2) == 0 ? ChannelCredit.None : Credit(random),
            Reading = random.Next(3) == 0
                ? null
                : Reading(id, (ulong)random.NextInt64(), DateTimeOffset.FromUnixTimeMilliseconds(random.NextInt64(0, 253_402_300_799_999))),
            Sequence = random.NextInt64(long.MaxValue),
            NewestEntry = newest,
        };
    }

}
