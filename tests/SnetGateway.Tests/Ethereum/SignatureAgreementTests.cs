using SnetGateway.Ethereum.Hashing;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.Tests.Ethereum;

/// <summary>What the gateway recovers and signs, compared with the second implementation of the curve.</summary>
public sealed class SignatureAgreementTests
{
    [Fact]
    public async Task Recover_ThousandsOfGeneratedSignatures_BothAgree()
    {
        var random = new Random(7_001);
        var recovery = new SignerRecovery();
        byte[] message = new byte[151];
        int recovered = 0;
        for (int i = 0; i < 2_000; i++)
        {
            random.NextBytes(message);
            PrivateKey key = Key(random);
            byte[] signature = key.SignMessage(message);
            Distort(random, signature);

            bool isRecovered = recovery.TryRecover(message, signature, out Address first);
            bool isByOther = TryRecoverByOther(message, signature, out Address second);
            Assert.True(isRecovered == isByOther && first == second, $"seed 7001, number {i}: {Convert.ToHexString(signature)}");
            recovered += isRecovered ? 1 : 0;
            if (i % 20 == 0)
            {
                await Task.Yield(); // lets other tests run
            }
        }

        Assert.InRange(recovered, 1_000, 1_999);
    }

    [Fact]
    public void Sign_GeneratedKeysAndDigests_BothGiveTheSameBytes()
    {
        var random = new Random(7_002);
        byte[] digest = new byte[32];
        for (int i = 0; i < 500; i++)
        {
            random.NextBytes(digest);
            byte[] bytes = new byte[32];
            random.NextBytes(bytes);
            Assert.True(PrivateKey.TryCreate(bytes, out PrivateKey? key));
            byte[] publicKey = new byte[RecoverableEcdsa.PublicKeySize];
            OtherCurve.PublicKeyOf(bytes, publicKey);
            Assert.Equal(AddressText.OfPublicKey(publicKey), key.Address);
            byte[] signature = new byte[64];
            int recoveryId = OtherCurve.Sign(digest, bytes, signature);
            Assert.Equal([.. signature, (byte)(27 + recoveryId)], key.SignDigest(digest));
        }
    }

    [Fact]
    public void TryRecover_AllocatesNothing()
    {
        var recovery = new SignerRecovery();
        byte[] message = Keccak256.Hash("message"u8);
        byte[] signature = Key(new Random(1)).SignMessage(message);
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
        var recovery = new SignerRecovery();
        var random = new Random(3);
        PrivateKey[] keys = [.. Enumerable.Range(0, 16).Select(_ => Key(random))];
        Parallel.For(0, 400, i =>
        {
            byte[] message = BitConverter.GetBytes(i);
            Assert.True(recovery.TryRecover(message, keys[i % 16].SignMessage(message), out Address signer));
            Assert.Equal(keys[i % 16].Address, signer);
        });
    }

    private static PrivateKey Key(Random random)
    {
        byte[] bytes = new byte[32];
        random.NextBytes(bytes);
        Assert.True(PrivateKey.TryCreate(bytes, out PrivateKey? key));
        return key;
    }

    /// <summary>Uses the gateway's code for format and hash only, which have separate vectors.</summary>
    private static bool TryRecoverByOther(byte[] message, byte[] signature, out Address signer)
    {
        signer = default;
        if (!SignatureFormat.TryRead(signature, out int recoveryId))
        {
            return false;
        }

        byte[] digest = new byte[32];
        EthereumMessage.Digest(message, digest);
        byte[] publicKey = new byte[RecoverableEcdsa.PublicKeySize];
        bool isRecovered = OtherCurve.TryRecover(digest, signature.AsSpan(0, 64), recoveryId, publicKey);
        signer = isRecovered ? AddressText.OfPublicKey(publicKey) : default;
        return isRecovered;
    }

    private static void Distort(Random random, byte[] signature)
    {
        switch (random.Next(5))
        {
            case 0:
                signature[random.Next(64)] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                signature[64] ^= 55 & 7; // swaps 27 and 28
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
