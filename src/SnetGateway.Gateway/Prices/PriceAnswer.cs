using Grpc.Core;
using SnetGateway.GrpcWire.Messages;

namespace SnetGateway.Gateway.Prices;

/// <summary>The response of a price method: one message `PriceInCogs { uint64 price = 1; }`.</summary>
internal static class PriceAnswer
{
    /// <summary>Longest body: the frame's header, the field's tag and ten bytes, with room to see that more follows.</summary>
    public const int MaxBytes = 64;

    private const byte PriceTag = 8; // field 1, a number of variable length
    private const int PayloadBits = 7;
    private const byte More = 0x80;
    private const int MostBytes = 10;

    /// <summary>
    /// The price in the body of a response. Stricter than protobuf, which takes most bytes for unknown fields of a message with price 0: a
    /// response that is not a price must not make a call free. Nothing at all is the price 0, as protobuf writes it.
    /// </summary>
    public static bool TryRead(ReadOnlyMemory<byte> body, out ulong cogs)
    {
        cogs = 0;
        try
        {
            return TryReadMessage(SingleMessage.Read(body, encoding: null, MaxBytes).Span, out cogs);
        }
        catch (RpcException)
        {
            return false;
        }
    }

    private static bool TryReadMessage(ReadOnlySpan<byte> message, out ulong cogs)
    {
        cogs = 0;
        if (message.IsEmpty)
        {
            return true;
        }

        ReadOnlySpan<byte> number = message[1..];
        if (message[0] != PriceTag || number.Length is 0 or > MostBytes || number[^1] >= More)
        {
            return false;
        }

        for (int i = 0; i < number.Length; i++)
        {
            bool isLast = i == number.Length - 1;
            if (!isLast && number[i] < More)
            {
                return false; // something follows
            }

            ulong part = (ulong)(number[i] & ~More);
            int shift = PayloadBits * i;
            if (part << shift >> shift != part)
            {
                return false; // more than 64 bits
            }

            cogs |= part << shift;
        }

        return true;
    }
}
