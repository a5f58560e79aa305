using Microsoft.Extensions.Logging;
using SnetGateway.Ethereum.Hashing;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.FastSignatures;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.Tests.FastSignatures;

/// <summary>Who gets a table, that the answers stay the library's, and what happens if they did not.</summary>
public sealed class KnownSignersTests
{
    private readonly ErrorLines _log = new();
    private readonly SignerRecovery _recovery;
    private readonly KnownSigners _known;

    public KnownSignersTests()
    {
        _recovery = new SignerRecovery(_log);
        _known = _recovery.Known!;
    }

    [Fact]
    public void TryRecover_SignerRecoveredOftenEnough_IsCheckedWithoutTheLibraryAfterwards()
    {
        PrivateKey key = Key(1);
        for (int i = 0; i < KnownSigners.RecoveriesBeforeTable; i++)
        {
            Assert.Equal(0, _known.Count);
            AssertSignedBy(key, key.Address, i);
        }

        Assert.Equal(1, _known.Count);
        Assert.Equal(0, _known.Acceptances);
        for (int i = 0; i < 100; i++)
        {
            AssertSignedBy(key, key.Address, i);
        }

        Assert.Equal(100, _known.Acceptances);
    }

    [Fact]
    public void TryRecover_SignedByAnotherThanExpected_ReturnsTheSignerAndBuildsNoTable()
    {
        PrivateKey sender = Key(1);
        PrivateKey signer = Key(2);
        for (int i = 0; i < 50; i++)
        {
            AssertSignedBy(sender, signer.Address, i);
            AssertSignedBy(sender, default, i);
        }

        Assert.Equal(0, _known.Count);
        MakeKnown(signer);
        AssertSignedBy(sender, signer.Address, 51);
        AssertSignedBy(signer, sender.Address, 52);
        Assert.Equal(0, _known.Acceptances);
    }

    [Fact]
    public void TryRecover_ForgeriesOfAKnownSigner_SameResultAsWithoutTables()
    {
        PrivateKey key = Key(1);
        MakeKnown(key);
        var plain = new SignerRecovery();
        var random = new Random(8_601);
        for (int i = 0; i < 600; i++)
        {
            byte[] message = BitConverter.GetBytes(i);
            byte[] signature = key.SignMessage(message);
            signature[random.Next(signature.Length)] ^= (byte)(1 << random.Next(8));
            bool isPlain = plain.TryRecover(message, signature, out Address byLibrary);
            Assert.Equal(isPlain, _recovery.TryRecover(message, signature, key.Address, out Address found));
            Assert.Equal(byLibrary, found);
            Assert.NotEqual(key.Address, found);
        }
    }

    [Fact]
    public void TryRecover_OneIn1024Acceptances_IsConfirmedByTheLibrary()
    {
        PrivateKey key = Key(1);
        MakeKnown(key);
        byte[] message = [1, 2, 3];
        byte[] signature = key.SignMessage(message);
        for (int i = 0; i < 2 * KnownSigners.AcceptancesPerCheck; i++)
        {
            Assert.True(_recovery.TryRecover(message, signature, key.Address, out Address found));
            Assert.Equal(key.Address, found);
        }

        Assert.Equal(2 * KnownSigners.AcceptancesPerCheck, _known.Acceptances);
        int due = 0;
        byte[] digest = new byte[Keccak256.Size];
        EthereumMessage.Digest(message, digest);
        for (int i = 0; i < 2 * KnownSigners.AcceptancesPerCheck; i++)
        {
            Assert.True(_known.Accept(key.Address, digest, signature.AsSpan(0, 64), signature[64] - 27, out bool isCheckDue));
            due += isCheckDue ? 1 : 0;
        }

        Assert.Equal(2, due);
        Assert.False(_known.IsOff);
        Assert.Empty(_log.Events);
    }

    [Fact]
    public void TryRecover_WrongTable_IsDetectedAndLoggedAndNoTableIsUsedAgain()
    {
        PrivateKey key = Key(1);
        PrivateKey other = Key(2);
        MakeKnown(key);
        _known.Add(other.Address, PublicKey(key)); // what a fault would do: the tables accept key's signatures as other's
        byte[] message = [1, 2, 3];
        byte[] signature = key.SignMessage(message);
        for (int i = 1; i < KnownSigners.AcceptancesPerCheck; i++)
        {
            Assert.True(_recovery.TryRecover(message, signature, other.Address, out Address accepted));
            Assert.Equal(other.Address, accepted); // the library is not asked yet
        }

        Assert.False(_known.IsOff);
        Assert.True(_recovery.TryRecover(message, signature, other.Address, out Address found));
        Assert.Equal(key.Address, found); // the library's word counts, for this call already
        Assert.True(_known.IsOff);
        Assert.Equal([4101], _log.Events);

        long before = _known.Acceptances;
        for (int i = 0; i < 20; i++)
        {
            AssertSignedBy(key, key.Address, i);
            Assert.True(_recovery.TryRecover(message, signature, other.Address, out found));
            Assert.Equal(key.Address, found);
        }

        Assert.Equal(before, _known.Acceptances);
        Assert.Equal([4101], _log.Events);
    }

    [Fact]
    public void UsesTables_False_LibraryDecidesEverything_AndTrueUsesTheTablesAgain()
    {
        PrivateKey key = Key(1);
        PrivateKey other = Key(2);
        MakeKnown(key);
        _known.Add(other.Address, PublicKey(key)); // used, it would show
        byte[] message = [1, 2, 3];
        byte[] signature = key.SignMessage(message);
        _recovery.UsesTables = false;
        for (int i = 0; i < 2 * KnownSigners.RecoveriesBeforeTable; i++)
        {
            AssertSignedBy(key, key.Address, i);
            AssertSignedBy(Key(3), Key(3).Address, i);
            Assert.True(_recovery.TryRecover(message, signature, other.Address, out Address found));
            Assert.Equal(key.Address, found);
        }

        Assert.Equal(0, _known.Acceptances);
        Assert.Equal(2, _known.Count); // no table is built either

        _recovery.UsesTables = true;
        AssertSignedBy(key, key.Address, 1);
        Assert.Equal(1, _known.Acceptances);
        Assert.False(_known.IsOff);
    }

    [Fact]
    public void TryRecover_KnownSigner_AllocatesNothing()
    {
        PrivateKey key = Key(1);
        MakeKnown(key);
        byte[] message = [1, 2, 3];
        byte[] signature = key.SignMessage(message);
        Assert.True(_recovery.TryRecover(message, signature, key.Address, out _));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 50; i++)
        {
            _recovery.TryRecover(message, signature, key.Address, out _);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void TryRecover_FromManyThreadsWhileTablesAreBuilt_IsRight()
    {
        PrivateKey[] keys = [.. Enumerable.Range(1, 8).Select(Key)];
        Parallel.For(0, 2_400, i => AssertSignedBy(keys[i % keys.Length], keys[i / 8 % keys.Length].Address, i));
        Assert.InRange(_known.Count, 1, keys.Length);
        Assert.Empty(_log.Events);
    }

    private static PrivateKey Key(int number)
    {
        byte[] bytes = Keccak256.Hash(BitConverter.GetBytes(number));
        Assert.True(PrivateKey.TryCreate(bytes, out PrivateKey? key));
        return key;
    }

    private static byte[] PublicKey(PrivateKey key)
    {
        byte[] digest = Keccak256.Hash("digest"u8);
        byte[] signature = key.SignDigest(digest);
        byte[] publicKey = new byte[RecoverableEcdsa.PublicKeySize];
        Assert.True(RecoverableEcdsa.TryRecover(digest, signature.AsSpan(0, 64), signature[64] - 27, publicKey));
        return publicKey;
    }

    private void MakeKnown(PrivateKey key)
    {
        int before = _known.Count;
        for (int i = 0; i < KnownSigners.RecoveriesBeforeTable; i++)
        {
            AssertSignedBy(key, key.Address, i);
        }

        Assert.Equal(before + 1, _known.Count);
    }

    private void AssertSignedBy(PrivateKey key, Address expected, int number)
    {
        byte[] message = BitConverter.GetBytes(number);
        Assert.True(_recovery.TryRecover(message, key.SignMessage(message), expected, out Address found));
        Assert.Equal(key.Address, found);
    }

    private sealed class ErrorLines : ILogger<SignerRecovery>
    {
        public List<int> Events { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (Events)
            {
                Assert.Equal(LogLevel.Error, logLevel);
                Events.Add(eventId.Id);
            }
        }
    }
}
