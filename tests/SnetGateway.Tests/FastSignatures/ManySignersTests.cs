using SnetGateway.FastSignatures;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.Tests.FastSignatures;

/// <summary>
/// Payments of more signers than there are tables for. One key stands for all of them, which the tables do not notice: only the addresses
/// decide who gets one.
/// </summary>
public sealed class ManySignersTests
{
    private readonly SignatureCases _key = new(new Random(8_720), SignatureCases.KeyOf(new Random(8_720), 10));
    private readonly SignatureCase _payment;

    public ManySignersTests()
    {
        _payment = _key.Honest();
    }

    [Fact]
    public void Recovered_100000SignersOnceEach_BuildsNoTable()
    {
        var known = new KnownSigners();
        for (int i = 0; i < 100_000; i++)
        {
            Pay(known, i);
        }

        Assert.Equal(0, known.TablesWritten);
    }

    [Fact]
    public void Recovered_MoreEquallyFrequentSignersThanTables_TablesStayWithTheirSigners()
    {
        var known = new KnownSigners(capacity: 16);
        var random = new Random(8_721);
        for (int i = 0; i < 40_000; i++)
        {
            Pay(known, random.Next(400));
        }

        Assert.Equal(16, known.Count);
        Assert.Equal(16, known.TablesWritten); // each was written once
    }

    [Fact]
    public void Recovered_TenPercentOfTheSignersPayMost_TheyGetTheTablesOfTheOthers()
    {
        var known = new KnownSigners(capacity: 20);
        var random = new Random(8_722);
        for (int i = 0; i < 2_000; i++)
        {
            Pay(known, 1_000 + (i % 100)); // signers who stop paying keep their tables until others pay more
        }

        for (int i = 0; i < 6_000; i++)
        {
            Pay(known, random.NextDouble() < 0.9 ? random.Next(10) : random.Next(10, 100));
        }

        Assert.Equal(20, known.Count);
        Assert.All(Enumerable.Range(0, 10), signer => Assert.True(IsAccepted(known, signer), $"signer {signer}"));
        Assert.InRange(known.TablesWritten, 20, 60);
    }

    [Fact]
    public void Recovered_SignersPayOnAndStopInTurn_CostIsBounded()
    {
        var known = new KnownSigners(capacity: 20);
        for (int signer = 0; signer < 2_000; signer++)
        {
            for (int i = 0; i < KnownSigners.RecoveriesBeforeTable + 2; i++)
            {
                Pay(known, signer);
            }
        }

        Assert.InRange(known.TablesWritten, 20, TableBudget.MaxTables + (2_000 * 18 / 1_000) + 20);
    }

    [Fact]
    public void Constructor_TakesAtMostAnEighthOfTheMemory()
    {
        long available = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        Assert.InRange(available / 8 / KeyTable.Size, 16, long.MaxValue);
        Assert.InRange(KnownSigners.MaxBytes / KeyTable.Size, 4_300, 4_320);
    }

    private static Address Signer(int number)
    {
        byte[] bytes = new byte[Address.Size];
        new Random(number).NextBytes(bytes);
        return new Address(bytes);
    }

    private bool IsAccepted(KnownSigners known, int signer) =>
        known.Accept(Signer(signer), _payment.Digest, _payment.Signature, _payment.RecoveryId, out _);

    private void Pay(KnownSigners known, int signer)
    {
        if (!IsAccepted(known, signer))
        {
            known.Recovered(Signer(signer), _key.PublicKey, _payment.Digest, _payment.Signature, _payment.RecoveryId);
        }
    }
}
