using System.Numerics;
using Nethereum.RLP;
using SnetGateway.Ethereum.Hashing;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Transactions;

/// <summary>A transaction with a fee cap (EIP-1559, type 2), without ether and access list.</summary>
/// <param name="ChainId">The chain.</param>
/// <param name="Nonce">The sender's number of the transaction.</param>
/// <param name="Tip">Wei for a unit of gas that the block's producer gets, at most.</param>
/// <param name="MaxFee">Wei for a unit of gas, at most.</param>
/// <param name="GasLimit">Units of gas, at most.</param>
/// <param name="To">The contract.</param>
/// <param name="Data">Its call data.</param>
internal sealed record ContractTransaction(
    ulong ChainId, ulong Nonce, BigInteger Tip, BigInteger MaxFee, ulong GasLimit, Address To, byte[] Data)
{
    private const byte Type = 2;

    /// <summary>The 32 bytes that are signed.</summary>
    public byte[] Digest() => Keccak256.Hash(Encode(Fields()));

    /// <summary>What a node takes.</summary>
    /// <param name="signature">65 bytes over <see cref="Digest"/>, v 27 or 28.</param>
    public byte[] Signed(ReadOnlySpan<byte> signature) => Encode(
    [
        .. Fields(), Number(signature[64] - 27), Number(new BigInteger(signature[..32], isUnsigned: true, isBigEndian: true)),
        Number(new BigInteger(signature[32..64], isUnsigned: true, isBigEndian: true)),
    ]);

    private byte[][] Fields() =>
    [
        Number(ChainId), Number(Nonce), Number(Tip), Number(MaxFee), Number(GasLimit), RLP.EncodeElement(To.ToBytes()), Number(0),
        RLP.EncodeElement(Data), RLP.EncodeList(),
    ];

    private static byte[] Encode(byte[][] fields) => [Type, .. RLP.EncodeList(fields)];

    /// <summary>A number without leading zeros; zero has no bytes.</summary>
    private static byte[] Number(BigInteger number) =>
        RLP.EncodeElement(number.IsZero ? [] : number.ToByteArray(isUnsigned: true, isBigEndian: true));
}
