using System.Numerics;
using Nethereum.RLP;
using SnetGateway.Ethereum.Hashing;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.OperatorTransactions;

/// <summary>A transaction with a fee cap (EIP-1559), without value and access list.</summary>
/// <param name="ChainId">The chain.</param>
/// <param name="Nonce">The sender's number of the transaction.</param>
/// <param name="MaxPriorityFee">Wei per gas for the block's proposer, at most.</param>
/// <param name="MaxFee">Wei per gas, at most.</param>
/// <param name="GasLimit">Gas, at most.</param>
/// <param name="To">The contract.</param>
/// <param name="Data">Its call data.</param>
internal sealed record SignedTransaction(
    long ChainId, ulong Nonce, BigInteger MaxPriorityFee, BigInteger MaxFee, ulong GasLimit, Address To, byte[] Data)
{
    private const byte Type = 2;

    /// <summary>The bytes that a node takes, signed.</summary>
    public byte[] Sign(PrivateKey key)
    {
        byte[] digest = new byte[Keccak256.Size];
        Keccak256.Hash([Type, .. RLP.EncodeList([.. Fields()])], digest);
        byte[] signature = key.SignDigest(digest);
        byte[][] signed =
        [
            .. Fields(), Element((ulong)signature[64] - 27), Element(new BigInteger(signature.AsSpan(0, 32), true, true)),
            Element(new BigInteger(signature.AsSpan(32, 32), true, true)),
        ];
        return [Type, .. RLP.EncodeList(signed)];
    }

    private IEnumerable<byte[]> Fields() =>
    [
        Element(ChainId), Element(Nonce), Element(MaxPriorityFee), Element(MaxFee), Element(GasLimit), RLP.EncodeElement(To.ToBytes()),
        Element(0), RLP.EncodeElement(Data), RLP.EncodeList(),
    ];

    /// <summary>A number without leading zeros; zero has no bytes.</summary>
    private static byte[] Element(BigInteger number) =>
        RLP.EncodeElement(number.IsZero ? [] : number.ToByteArray(isUnsigned: true, isBigEndian: true));
}
