using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Nethereum.Contracts;
using SnetGateway.Ethereum.Abi;
using SnetGateway.Ethereum.Hashing;
using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.Tests.Ethereum;

/// <summary>Compared with recorded requests to the real contract and its responses.</summary>
public sealed class EscrowCallTests
{
    private static readonly ChainBlock s_block = new(7, default, DateTimeOffset.UnixEpoch);

    [Fact]
    public void Channels_RecordedCalls_AreEncodedAndDecodedTheSame()
    {
        int read = 0;
        foreach (JsonElement call in Calls("channels(uint256)"))
        {
            var id = new ChannelId(UInt256.Parse(call.GetProperty("arguments")[0].Text("value")));
            Assert.Equal(RequestData(call), EscrowCalls.Channels(id));

            Assert.True(HexText.TryReadData(call.GetProperty("response").GetProperty("result"), out byte[] answer));
            Assert.True(EscrowCalls.TryReadChannel(answer, id, s_block, out ChannelReading? reading));
            JsonElement outputs = call.GetProperty("outputs");
            if (outputs[1].Text("value") == "0x0000000000000000000000000000000000000000")
            {
                Assert.Null(reading);
                continue;
            }

            Assert.NotNull(reading);
            Assert.Equal(id, reading.Id);
            Assert.Equal(s_block, reading.Block);
            Assert.Equal(outputs[0].Text("value"), reading.Nonce.ToString());
            Assert.Equal(outputs[1].Text("value"), AddressText.Checksum(reading.Sender));
            Assert.Equal(outputs[2].Text("value"), AddressText.Checksum(reading.Signer));
            Assert.Equal(outputs[3].Text("value"), AddressText.Checksum(reading.Recipient));
            Assert.Equal(outputs[4].Text("value"), reading.GroupId.ToString());
            Assert.Equal(outputs[5].Text("value"), reading.Value.ToString());
            Assert.Equal(outputs[6].Text("value"), reading.Expiration.ToString());
            read++;
        }

        Assert.Equal(7, read);
    }

    [Fact]
    public void NextChannelId_RecordedCall_IsEncodedAndDecodedTheSame()
    {
        JsonElement call = Assert.Single(Calls("nextChannelId()"));
        Assert.Equal(RequestData(call), EscrowCalls.NextChannelId());
        Assert.True(HexText.TryReadData(call.GetProperty("response").GetProperty("result"), out byte[] answer));
        Assert.True(EscrowCalls.TryReadNextChannelId(answer, out UInt256 next));
        Assert.Equal(call.GetProperty("outputs")[0].Text("value"), next.ToString());
    }

    [Fact]
    public void ChannelClaim_RecordedCallsAndTransactions_AreEncodedTheSame()
    {
        const string Signature = "channelClaim(uint256,uint256,uint256,uint8,bytes32,bytes32,bool)";
        IEnumerable<(JsonElement Arguments, byte[] Data)> recorded =
        [
            .. Calls(Signature).Select(call => (call.GetProperty("arguments"), RequestData(call))),
            .. VectorFile.Read("mpe-abi.json").GetProperty("transactions").EnumerateArray()
                .Where(transaction => transaction.Text("function") == Signature)
                .Select(
                    transaction => (transaction.GetProperty("arguments"), transaction.GetProperty("fields").GetProperty("data").Bytes())),
        ];
        int encoded = 0;
        foreach ((JsonElement arguments, byte[] data) in recorded)
        {
            string Value(int index) => arguments[index].GetProperty("value").ToString();
            var claim = new ChannelClaimFunction
            {
                ChannelId = BigInteger.Parse(Value(0), CultureInfo.InvariantCulture),
                ActualAmount = BigInteger.Parse(Value(1), CultureInfo.InvariantCulture),
                PlannedAmount = BigInteger.Parse(Value(2), CultureInfo.InvariantCulture),
                V = byte.Parse(Value(3), CultureInfo.InvariantCulture),
                R = arguments[4].GetProperty("value").Bytes(),
                S = arguments[5].GetProperty("value").Bytes(),
                IsSendBack = bool.Parse(Value(6)),
            };
            Assert.Equal(data, claim.GetCallData());
            encoded++;
        }

        Assert.True(encoded >= 5);
    }

    [Fact]
    public void Selectors_OfTheContract_AreTheHashesOfTheirNames()
    {
        foreach (JsonElement function in VectorFile.Read("mpe-abi.json").GetProperty("functions").EnumerateArray())
        {
            byte[] hash = Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(function.Text("signature")));
            Assert.Equal(function.GetProperty("selector").Bytes(), hash[..4]);
        }
    }

    [Fact]
    public void TryReadChannel_OutputThatTheContractCannotReturn_IsRefused()
    {
        JsonElement call = Calls("channels(uint256)").First();
        Assert.True(HexText.TryReadData(call.GetProperty("response").GetProperty("result"), out byte[] answer));
        byte[] dirty = [.. answer];
        dirty[32] = 1; // above the sender's 20 bytes
        foreach (byte[] wrong in new[] { [], answer[..^1], answer[..^32], [.. answer, .. new byte[32]], dirty })
        {
            Assert.False(EscrowCalls.TryReadChannel(wrong, default, s_block, out _));
        }

        Assert.False(EscrowCalls.TryReadNextChannelId([], out _)); // what a node returns for an address without code
    }

    [Fact]
    public void TryReadChannel_LargestValues_AreReadExactly()
    {
        byte[] answer =
            [.. Enumerable.Repeat((byte)0xff, 32), .. Word20(0xff), .. Word20(0xff), .. Word20(0xff), .. Enumerable.Repeat((byte)0xff, 96)];

        Assert.True(EscrowCalls.TryReadChannel(answer, new ChannelId(UInt256.MaxValue), s_block, out ChannelReading? reading));
        Assert.Equal(UInt256.MaxValue, reading!.Value);
        Assert.Equal(UInt256.MaxValue, reading.Nonce.Value);
        Assert.Equal(answer[^32..], EscrowCalls.Channels(new ChannelId(UInt256.MaxValue))[4..]);
    }

    private static byte[] Word20(byte value) => [.. new byte[12], .. Enumerable.Repeat(value, 20)];

    private static IEnumerable<JsonElement> Calls(string function) =>
        VectorFile.Read("mpe-abi.json").GetProperty("calls").EnumerateArray().Where(call => call.Text("function") == function);

    private static byte[] RequestData(JsonElement call) => call.GetProperty("request").GetProperty("params")[0].GetProperty("data").Bytes();
}
