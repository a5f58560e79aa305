using SnetGateway.FastSignatures;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.Tests.FastSignatures;

/// <summary>Who gets the table of whom, and that no table is read while it is written.</summary>
public sealed class KnownKeyCacheTests
{
    private const int Capacity = 4;

    private readonly KnownKeyCache _cache = new(Capacity);

    [Fact]
    public void Take_FullOfEquallyFrequentSigners_GivesNoTable()
    {
        Fill(uses: 100);
        Assert.Null(_cache.Take(100));
        Assert.Null(_cache.Take((2 * 100) + KnownKeyCache.LeastDifference - 1));
        Assert.Equal(Capacity, _cache.Count);
    }

    [Fact]
    public void Take_MuchMoreFrequentSigner_GetsTheTableOfTheLeastUsed()
    {
        Fill(uses: 100);
        KeySlot least = _cache.Enter(Signer(2))!;
        least.Leave();
        for (int i = 0; i < Capacity; i++)
        {
            Use(Signer(i), i == 2 ? 0 : 50);
        }

        KeySlot? taken = _cache.Take((2 * 100) + KnownKeyCache.LeastDifference);
        Assert.Same(least, taken); // the table is reused
        Assert.Null(_cache.Enter(Signer(2)));
        Assert.Null(_cache.Enter(default));
        _cache.Release(taken!, Signer(9), 216);
        Assert.Equal(Capacity, _cache.Count);
        Assert.Same(taken, Entered(Signer(9)));
        Assert.All([0, 1, 3], i => Assert.NotNull(Entered(Signer(i))));
    }

    [Fact]
    public void Take_LeastUsedTableIsBeingRead_GivesNoTable()
    {
        Fill(uses: 0);
        KeySlot[] read = [.. Enumerable.Range(0, Capacity).Select(i => _cache.Enter(Signer(i))!)];
        Assert.Null(_cache.Take(1_000));
        foreach (KeySlot slot in read)
        {
            slot.Leave();
        }

        Assert.NotNull(_cache.Take(1_000));
    }

    [Fact]
    public void Enter_SlotOfAnotherSignerMeanwhile_IsRefused()
    {
        Fill(uses: 0);
        KeySlot slot = _cache.Enter(Signer(0))!;
        slot.Leave();
        while (slot.Owner == Signer(0))
        {
            KeySlot taken = _cache.Take(1_000)!;
            Assert.False(taken.TryEnter(Signer(0))); // locked
            _cache.Release(taken, Signer(9), 0);
        }

        Assert.False(slot.TryEnter(Signer(0))); // as a reader that found it before
        Assert.True(slot.TryEnter(Signer(9)));
    }

    [Fact]
    public void Release_WithoutOwner_SlotIsUsedAgain()
    {
        for (int i = 0; i < 3 * Capacity; i++)
        {
            _cache.Release(_cache.Take(1_000)!, default, 0);
            Assert.Equal(0, _cache.Count);
        }

        Assert.Null(_cache.Enter(default));
    }

    [Fact]
    public void Age_HalvesTheCounts()
    {
        Fill(uses: 100);
        _cache.Age();
        Assert.Null(_cache.Take((2 * 50) + KnownKeyCache.LeastDifference - 1));
        Assert.NotNull(_cache.Take((2 * 50) + KnownKeyCache.LeastDifference));
    }

    /// <summary>
    /// Two tables for six signers: one thread rewrites them all the time, and the others check honest signatures of the signer whose
    /// table they have entered. A table that is half written, or another signer's, would not accept one.
    /// </summary>
    [Fact]
    public async Task Enter_WhileTablesAreRewritten_EveryTableIsComplete()
    {
        const int Tables = 200;
        var cache = new KnownKeyCache(2);
        var builder = new KeyTableBuilder();
        SignatureCases[] signers =
            [.. Enumerable.Range(1, 6).Select(i => new SignatureCases(new Random(i), SignatureCases.KeyOf(new Random(i), 10)))];
        SignatureCase[] honest = [.. signers.Select(signer => signer.Honest())];
        using var end = new CancellationTokenSource();
        Task<int>[] readers = [.. Enumerable.Range(0, 2).Select(reader => Task.Run(() => Read(reader)))];
        int written = 0;
        while (written < Tables && !readers.Any(reader => reader.IsCompleted))
        {
            int signer = written % signers.Length;
            if (cache.Take(int.MaxValue) is not { } slot)
            {
                continue; // both are being read
            }

            Assert.True(slot.Key.TryWrite(builder, signers[signer].PublicKey));
            cache.Release(slot, Signer(signer), 0);
            written++;
        }

        await end.CancelAsync();
        int[] checks = await Task.WhenAll(readers);
        Assert.Equal(Tables, written);
        Assert.True(checks.Sum() > 0);

        int Read(int reader)
        {
            int checks = 0;
            for (int i = reader; !end.IsCancellationRequested; i++)
            {
                int signer = i % signers.Length;
                if (cache.Enter(Signer(signer)) is not { } slot)
                {
                    continue;
                }

                bool isAccepted = slot.Key.IsCertainlySigner(honest[signer].Digest, honest[signer].Signature, honest[signer].RecoveryId);
                slot.Leave();
                Assert.True(isAccepted);
                checks++;
                Thread.Yield(); // the writer finds a table that is not read
            }

            return checks;
        }
    }

    private static Address Signer(int number)
    {
        byte[] bytes = new byte[Address.Size];
        bytes[0] = 1;
        bytes[^1] = (byte)number;
        return new Address(bytes);
    }

    private void Fill(int uses)
    {
        for (int i = 0; i < Capacity; i++)
        {
            _cache.Release(_cache.Take(1)!, Signer(i), uses);
        }
    }

    private void Use(Address signer, int times)
    {
        KeySlot slot = Entered(signer)!;
        for (int i = 0; i < times; i++)
        {
            _cache.CountUse(slot);
        }
    }

    private KeySlot? Entered(Address signer)
    {
        KeySlot? slot = _cache.Enter(signer);
        slot?.Leave();
        return slot;
    }
}
