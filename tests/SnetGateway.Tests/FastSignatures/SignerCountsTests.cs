using SnetGateway.FastSignatures;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.Tests.FastSignatures;

/// <summary>Counts belong to one signer each.</summary>
public sealed class SignerCountsTests
{
    private readonly SignerCounts _counts = new();

    [Fact]
    public void Add_FewSigners_CountsAreExact()
    {
        Address[] signers = Signers(2_000);
        for (int round = 1; round <= 5; round++)
        {
            Assert.All(signers, signer => Assert.Equal(round, _counts.Add(signer)));
        }

        _counts.Remove(signers[3]);
        Assert.Equal(1, _counts.Add(signers[3]));
        _counts.Age();
        Assert.Equal(3, _counts.Add(signers[0])); // 5 / 2 + 1
        Assert.Equal(1, _counts.Add(signers[3]));
    }

    [Fact]
    public void Add_MoreSignersThanCounters_NoCountIsTooHigh_AndFrequentSignersAreStillFound()
    {
        Address[] signers = Signers(200_000);
        Address[] frequent = signers[..200];
        int most = 0;
        for (int round = 1; round <= 3; round++)
        {
            foreach (Address signer in signers)
            {
                most = Math.Max(most, _counts.Add(signer) - round);
            }

            foreach (Address signer in frequent)
            {
                AddTimes(signer, 100);
                _counts.Remove(signer);
            }
        }

        Assert.InRange(most, int.MinValue, 0);
        Assert.All(frequent, signer => Assert.InRange(AddTimes(signer, 30), 16, 30));
    }

    [Fact]
    public void Add_VeryOften_CountStopsAtItsLargestValue()
    {
        Address signer = Signers(1)[0];
        Assert.Equal(ushort.MaxValue, AddTimes(signer, 70_000));
    }

    private static Address[] Signers(int count)
    {
        var random = new Random(8_701);
        byte[] bytes = new byte[Address.Size];
        var signers = new Address[count];
        for (int i = 0; i < count; i++)
        {
            random.NextBytes(bytes);
            signers[i] = new Address(bytes);
        }

        return signers;
    }

    private int AddTimes(Address signer, int times)
    {
        int count = 0;
        for (int i = 0; i < times; i++)
        {
            count = _counts.Add(signer);
        }

        return count;
    }
}
