using Nethereum.Model;
using Nethereum.Hex.HexConvertors.Extensions;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Ethereum.Transactions;
using SnetGateway.Payments.Claims.Sending;
using SnetGateway.Payments.Values;
using Xunit;
using SignedTransaction = SnetGateway.Payments.Claims.Sending.SignedTransaction;

namespace SnetGateway.Tests.Ethereum;

/// <summary>The bytes of transactions, taken apart by a second implementation.</summary>
public sealed class ClaimTransactionTests
{
    private static readonly Address s_escrow = Address.Parse("0x39ee715b50e78a920120c1ded58b1a47f571ab75");

    [Theory]
    [InlineData(0UL, 0)]
    [InlineData(1UL, 1)]
    [InlineData(300UL, 50)]
    public async Task Transaction_IsReadByNethereum_WithTheSameFieldsSignerAndHash(ulong accountNonce, int claims)
    {
        for (byte key = 1; key <= 40; key++) // of so many signatures some have both v, and an r or s that begins with a zero byte
        {
            PrivateKey payee = Key(key);
            var transaction = new ClaimTransaction(
                accountNonce, 1_234_567, new TransactionFees(30_000_000_000, 1_500_000_000),
                [.. Enumerable.Range(1, claims).Select(i => Claim((ulong)i))]);
            SignedTransaction signed =
                await new KeyClaimSigner(payee, 11_155_111, s_escrow).SignAsync(transaction, CancellationToken.None);

            var read = (Transaction1559)TransactionFactory.CreateTransaction(signed.Raw.ToArray());
            Assert.Equal(payee.Address, SenderOf(read));
            Assert.Equal(claims == 0 ? payee.Address : s_escrow, Address.Parse(read.ReceiverAddress));
            Assert.Equal(
                (accountNonce, 1_234_567UL, 30_000_000_000UL, 1_500_000_000UL, 11_155_111UL),
                ((ulong)(read.Nonce ?? 0), (ulong)read.GasLimit!, (ulong)read.MaxFeePerGas!, (ulong)read.MaxPriorityFeePerGas!,
                    (ulong)read.ChainId));
            Assert.Equal(signed.Hash.ToString(), read.Hash.ToHex(prefix: true));
            Assert.Equal(claims == 0, string.IsNullOrEmpty(read.Data) || read.Data == "0x");
        }
    }

    [Fact]
    public async Task Claims_AreEncodedAsTheContractReadsThem()
    {
        SignedTransaction signed = await new KeyClaimSigner(Key(1), 1, s_escrow).SignAsync(
            new ClaimTransaction(0, 1, new TransactionFees(1, 1), [Claim(7), Claim(8)]), CancellationToken.None);
        string data = ((Transaction1559)TransactionFactory.CreateTransaction(signed.Raw.ToArray())).Data.RemoveHexPrefix();
        Assert.StartsWith("aa5f510a", data, StringComparison.Ordinal); // multiChannelClaim
        string[] words = [.. data[8..].Chunk(64).Select(word => new string(word).TrimStart('0'))];
        Assert.Equal(7 + (7 * 3), words.Length);
        Assert.Equal(["2", "7", "8", "2", "46", "50", "2", "2bc", "320", "2", "", "", "2", "1b", "1b"], words[7..22]);
    }

    [Fact]
    public void Key_IsInNoText()
    {
        PrivateKey key = Key(200);
        Assert.DoesNotContain("c8c8", $"{new KeyClaimSigner(key, 1, s_escrow)} {key}", StringComparison.OrdinalIgnoreCase);
    }

    private static Address SenderOf(Transaction1559 read)
    {
        byte[] signature = [.. new byte[32 - read.Signature.R.Length], .. read.Signature.R,
            .. new byte[32 - read.Signature.S.Length], .. read.Signature.S];
        int v = read.Signature.V.Length == 0 ? 0 : read.Signature.V[0];
        byte[] publicKey = new byte[RecoverableEcdsa.PublicKeySize];
        Assert.True(RecoverableEcdsa.TryRecover(read.RawHash, signature, v, publicKey));
        return AddressText.OfPublicKey(publicKey);
    }

    private static PrivateKey Key(byte fill) =>
        PrivateKey.Parse(Convert.ToHexString([.. Enumerable.Repeat(fill, PrivateKey.Size)]));

    private static ContractClaim Claim(ulong id) => new(
        new ChannelId(id), new ChannelNonce(3), id * 100, id * 10, new byte[] { 1 }.Concat(new byte[63]).Append((byte)27).ToArray());
}
