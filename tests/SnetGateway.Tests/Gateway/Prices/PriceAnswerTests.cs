using Google.Protobuf;
using SnetGateway.Gateway.Prices;
using SnetGateway.GrpcWire.Messages;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Gateway.Prices;

/// <summary>What counts as a price, and what does not: a response that is not one must not make a call free.</summary>
public sealed class PriceAnswerTests(ITestOutputHelper output)
{
    private const int Inputs = 50_000;

    public static TheoryData<string, ulong?> Bodies() => new()
    {
        { "0000000000", 0 },
        { "00000000020800", 0 },
        { "00000000020801", 1 },
        { "0000000003088001", 128 },
        { "00000000030880" + "00", 0 },
        { "000000000b08ffffffffffffffffff01", ulong.MaxValue },
        { "000000000b08ffffffffffffffffff02", null }, // 65 bits
        { "000000000c08ffffffffffffffffff8101", null }, // eleven bytes
        { "", null },
        { "00", null },
        { "0000000002080100", null }, // something behind the message
        { "000000000208010000000000", null }, // a second message
        { "0000000003080100", null }, // something behind the number
        { "00000000040801" + "0802", null }, // twice
        { "0000000001" + "08", null },
        { "0000000002" + "0880", null }, // not ended
        { "00000000021001", null }, // field 2
        { "0000000006" + "0a0468656c6c", null }, // a text
        { "00000000050d01000000", null }, // field 1 of a fixed length
        { "01000000020801", null }, // compressed
        { "02000000020801", null },
        { "0000000005" + "68656c6c6f", null },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public void TryRead_Body_PriceOrNothing(string hex, ulong? expected)
    {
        ulong? found = PriceAnswer.TryRead(Convert.FromHexString(hex), out ulong cogs) ? cogs : null;
        Assert.Equal(expected, found);
    }

    /// <summary>The oracle is the package's parser: it finds the same price.</summary>
    [Fact]
    public void TryRead_GeneratedMessages_NeverAnotherPriceThanProtobuf()
    {
        Random random = Seeds.Random(output.WriteLine);
        int read = 0;
        for (int i = 0; i < Inputs; i++)
        {
            byte[] message = Generate(random);
            if (!PriceAnswer.TryRead(SingleMessage.Write(message), out ulong cogs))
            {
                continue;
            }

            read++;
            PriceInCogs price = PriceInCogs.Parser.ParseFrom(message);
            Assert.Equal(price.Price, cogs);
            Assert.True(message.Length <= 11);
        }

        Assert.InRange(read, Inputs / 10, Inputs);
    }

    [Fact]
    public void TryRead_EveryPrice_AsProtobufWritesIt()
    {
        Random random = Seeds.Random(output.WriteLine);
        for (int i = 0; i < Inputs; i++)
        {
            ulong price = (ulong)random.NextInt64() >> random.Next(64);
            Assert.True(PriceAnswer.TryRead(SingleMessage.Write(new PriceInCogs { Price = price }.ToByteArray()), out ulong cogs));
            Assert.Equal(price, cogs);
        }
    }

    private static byte[] Generate(Random random)
    {
        byte[] message = new PriceInCogs { Price = (ulong)random.NextInt64() >> random.Next(64) }.ToByteArray();
        switch (random.Next(4))
        {
            case 0:
                random.NextBytes(message = new byte[random.Next(14)]);
                break;
            case 1 when message.Length > 0:
                message[random.Next(message.Length)] = (byte)random.Next(256);
                break;
            case 2:
                message = [.. message, (byte)random.Next(256)];
                break;
            default:
                break;
        }

        return message;
    }
}
