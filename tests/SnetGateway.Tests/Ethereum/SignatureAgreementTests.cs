using SnetGateway.Ethereum.Hashing;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.Tests.Ethereum;

/// <summary>The native and the managed implementation are held to each other.</summary>
public sealed class SignatureAgreementTests
{
    private readonly Secp256k1 _native = SignatureVectorTests.Curve("native");
    private readonly Secp256k1 _managed = SignatureVectorTests.Curve("managed");

    [Fact]
    public async Task Recover_ThousandsOfGeneratedSignatures_BothAgree()
    {
        var random = new Random(7_001);
        var native = new SignerRecovery(_native);
        var managed = new SignerRecovery(_managed);
        var message = new byte[151];
        int recovered = 0;
        for (int i = 0; i < 2_000; i++)
        {
            random.NextBytes(message);
            PrivateKey key = Key(random, _native);
            byte[] signature = key.SignMessage(message);
            Distort(random, signature);

            bool byNative = native.TryRecover(message, signature, out Address first);
            bool byManaged = managed.TryRecover(message, signature, out Address second);
            Assert.True(byNative == byManaged && first == second, $"seed 7001, number {i}: {Convert.ToHexString(signature)}");
            recovered += byNative ? 1 : 0;
            if (i % 20 == 0)
            {
                await Task.Yield(); // other tests go on meanwhile
            }
        }

        Assert.InRange(recovered, 1_000, 1_999);
    }

    [Fact]
    public void Sign_GeneratedKeysAndDigests_BothGiveTheSameBytes()
    {
        var random = new Random(7_002);
        var digest = new byte[32];
        for (int i = 0; i < 500; i++)
        {
            random.NextBytes(digest);
            var bytes = new byte[32];
            random.NextBytes(bytes);
            Assert.True(PrivateKey.TryCreate(bytes, _native, out PrivateKey? first));
            Assert.True(PrivateKey.TryCreate(bytes, _managed, out PrivateKey? second));
            Assert.Equal(first.Address, second.Address);
            Assert.Equal(first.SignDigest(digest), second.SignDigest(digest));
        }
    }

    [Fact]
    public void TryRecover_OnTheNativeLibrary_AllocatesNothing()
    {
        var recovery = new SignerRecovery(_native);
        byte[] message = Keccak256.Hash("message"u8);
        byte[] signature = Key(new Random(1), _native).SignMessage(message);
        Assert.True(recovery.TryRecover(message, signature, out _));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            recovery.TryRecover(message, signature, out _);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void TryRecover_FromManyThreads_SharesOneContext()
    {
        var recovery = new SignerRecovery(_native);
        var random = new Random(3);
        PrivateKey[] keys = [.. Enumerable.Range(0, 16).Select(_ => Key(random, _native))];
        Parallel.For(0, 400, i =>
        {
            byte[] message = BitConverter.GetBytes(i);
            Assert.True(recovery.TryRecover(message, keys[i % 16].SignMessage(message), out Address signer));
            Assert.Equal(keys[i % 16].Address, signer);
        });
    }

    private static PrivateKey Key(Random random, Secp256k1 curve)
    {
        var bytes = new byte[32];
        random.NextBytes(bytes);
        Assert.True(PrivateKey.TryCreate(bytes, curve, out PrivateKey? key));
        return key;
    }

    private static void Distort(Random random, byte[] signature)
    {
        switch (random.Next(5))
        {
            case 0:
                signature[random.Next(64)] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                signature[64] ^= 55 & 7; // 27 and 28 change places
                break;
            case 2:
                signature[64] -= 27;
                break;
            case 3:
                random.NextBytes(signature.AsSpan(0, 64));
                break;
            default:
                break;
        }
    }
}
