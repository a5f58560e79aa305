using System.Text;
using SnetGateway.Ethereum.Hashing;
using SnetGateway.Payments.Values;

namespace SnetGateway.FunctionalTests.Adversary;

/// <summary>What a transaction is made of: the contract's call data, and Ethereum's RLP around all of it.</summary>
internal static class ContractCall
{
    /// <summary>Call data: the selector of a signature such as `transfer(address,uint256)`, and its arguments, each a word.</summary>
    public static byte[] Data(string signature, params byte[][] words) =>
        [.. Keccak256.Hash(Encoding.ASCII.GetBytes(signature))[..4], .. words.SelectMany(word => word)];

    public static byte[] Word(UInt256 number) => number.ToBigEndian();

    public static byte[] Word(Address address) => [.. new byte[UInt256.Size - Address.Size], .. address.ToBytes()];

    /// <summary>A number as RLP wants it: big-endian without leading zeros, nothing for zero.</summary>
    public static byte[] Number(UInt256 number) => [.. number.ToBigEndian().SkipWhile(octet => octet == 0)];

    /// <summary>A list of byte strings in RLP.</summary>
    public static byte[] List(params byte[][] items)
    {
        byte[] content = [.. items.SelectMany(Item)];
        return [.. Head(content.Length, 0xC0), .. content];
    }

    private static byte[] Item(byte[] bytes) => bytes is [< 0x80] ? bytes : [.. Head(bytes.Length, 0x80), .. bytes];

    private static byte[] Head(int length, int kind)
    {
        if (length < 56)
        {
            return [(byte)(kind + length)];
        }

        byte[] digits = Number((ulong)length);
        return [(byte)(kind + 55 + digits.Length), .. digits];
    }
}
