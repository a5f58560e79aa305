using System.Numerics;
using Nethereum.ABI.FunctionEncoding;
using Nethereum.ABI.FunctionEncoding.Attributes;
using Nethereum.ABI.Model;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Abi;

/// <summary>
/// Decodes with Nethereum and rejects what it is too lenient about: it accepts addresses with non-zero upper bytes and ignores trailing
/// data. A wrongly decoded amount is lost money, so the length must match exactly, and encoding the decoded value again must give the same
/// bytes. All parameters are of static types, one word each.
/// </summary>
internal static class StrictAbi
{
    private const int Word = 32;

    /// <summary>Decodes a function's return value. Null for bytes that the contract cannot return.</summary>
    public static T? DecodeOutput<T>(ReadOnlySpan<byte> data)
        where T : class, new() =>
        data.Length == Shape<T>.Count * Word
        && new ParameterDecoder().DecodeAttributes(data.ToArray(), typeof(T)) is T decoded
        && data.SequenceEqual(Encode(decoded))
            ? decoded
            : null;

    /// <summary>
    /// Decodes a log whose first topic is that of <typeparamref name="T"/>. Null for bytes that the contract cannot write.
    /// </summary>
    public static T? DecodeLog<T>(IReadOnlyList<Bytes32> topics, ReadOnlySpan<byte> data)
        where T : class, new()
    {
        if (topics.Count != 1 + Shape<T>.Indexed || data.Length != (Shape<T>.Count - Shape<T>.Indexed) * Word)
        {
            return null;
        }

        T decoded = new EventTopicDecoder().DecodeTopics<T>(
            [.. topics.Select(topic => topic.ToString())], "0x" + Convert.ToHexStringLower(data));
        return Encode(decoded).SequenceEqual([.. topics.Skip(1).SelectMany(topic => topic.ToBytes()), .. data]) ? decoded : null;
    }

    public static UInt256 ToUInt256(this BigInteger value) =>
        UInt256.TryReadBigEndian(value.ToByteArray(isUnsigned: true, isBigEndian: true), out UInt256 number)
            ? number
            : throw new OverflowException();

    // Indexed parameters first, as topics come before the data.
    private static byte[] Encode<T>(T value) =>
    [
        .. new ParametersEncoder().GetParameterAttributeValues(typeof(T), value)
            .OrderBy(parameter => (!parameter.ParameterAttribute.Parameter.Indexed, parameter.ParameterAttribute.Order))
            .SelectMany(parameter => parameter.ParameterAttribute.Parameter.ABIType.Encode(parameter.Value)),
    ];

    private static class Shape<T>
    {
        private static readonly Parameter[] s_parameters = new AttributesToABIExtractor().ExtractParametersFromAttributes(typeof(T));

        public static readonly int Count = s_parameters.Length;

        public static readonly int Indexed = s_parameters.Count(parameter => parameter.Indexed);
    }
}
