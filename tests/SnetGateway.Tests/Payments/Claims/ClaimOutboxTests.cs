using SnetGateway.Payments.Claims.Sending;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.Tests.Payments.Claims;

/// <summary>The bytes of an outbox, which a later version must still read.</summary>
public sealed class ClaimOutboxTests
{
    private const string Stored =
        "01" + "3000000000000000000000000000000000000003" + "0000000000000007" + "000001a123456789" + "000001a100000000" + "0163"
        + "0000000000000001" + "0000000000000005" + "000000000000ea60" + "00000000000003e8" + "0000000000000001" + "012a" + "00" + "0203e8"
        + "0000000000000001" + "0909090909090909090909090909090909090909090909090909090909090909" + "00000006fc23ac00"
        + "000000003b9aca00" + "00000000000003e9";

    private static readonly ClaimOutbox s_outbox = new()
    {
        Payee = PaymentRig.Recipient,
        Claimer = 7,
        ClaimerUntil = DateTimeOffset.FromUnixTimeMilliseconds(0x1a123456789),
        SweptAt = DateTimeOffset.FromUnixTimeMilliseconds(0x1a100000000),
        SweepFrom = new ChannelId(99),
        Batches =
        [
            new ClaimBatch(
                5, [new ClaimEntry(new ChannelId(42), default, 1_000)], 60_000, 1_000,
                [new SentTransaction(PaymentRig.Filled(9), new TransactionFees(30_000_000_000, 1_000_000_000), 1_001)]),
        ],
    };

    [Fact]
    public void Outbox_IsWrittenAsTheseBytes_AndReadFromThem()
    {
        Assert.Equal(Stored, Convert.ToHexStringLower(ClaimOutboxCodec.Write(s_outbox)));
        ClaimOutbox read = Read(Convert.FromHexString(Stored));
        Assert.Equal(Stored, Convert.ToHexStringLower(ClaimOutboxCodec.Write(read)));
        Assert.Equal((3L, 5UL, (UInt256)1_000), (read.Revision, read.Batches[0].AccountNonce, read.Batches[0].Entries[0].Payable));
    }

    [Fact]
    public void LargestOutbox_FitsIntoARecord()
    {
        var entry = new ClaimEntry(new ChannelId(UInt256.MaxValue), new ChannelNonce(UInt256.MaxValue), UInt256.MaxValue);
        var sent = new SentTransaction(PaymentRig.Filled(1), new TransactionFees(1, 1), 1);
        ClaimBatch batch = new(
            1, [.. Enumerable.Repeat(entry, ClaimOutboxCodec.MaxEntries)], 1, 1, [.. Enumerable.Repeat(sent, ClaimBatch.MaxSent)]);
        ClaimBatch[] batches = // the last one is what fills a gap before the others
            [.. Enumerable.Repeat(batch, ClaimOutbox.MaxBatches), batch with { Entries = [], Sent = [sent] }];
        byte[] value = ClaimOutboxCodec.Write(s_outbox with { Batches = batches });
        Assert.InRange(value.Length, 1, 65_536);
        Assert.Equal(ClaimOutbox.MaxBatches + 1, Read(value).Batches.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(100)]
    public void DamagedOutbox_IsRefused(int length)
    {
        byte[] damaged = Convert.FromHexString(Stored)[..length];
        Assert.Throws<LedgerFormatException>(() => Read(damaged));
    }

    [Theory]
    [InlineData(0, 2)] // a later format
    [InlineData(1, 9)] // of another payee than its key
    [InlineData(54, 255)] // more transactions than there are
    public void ChangedOutbox_IsRefused(int index, byte value)
    {
        byte[] changed = Convert.FromHexString(Stored);
        changed[index] = value;
        Assert.Throws<LedgerFormatException>(() => Read(changed));
    }

    private static ClaimOutbox Read(byte[] value) =>
        ClaimOutboxCodec.Read(new StoredRecord(ClaimOutboxCodec.KeyOf(PaymentRig.Recipient), 3, value));
}
