using System.Text.Json;
using SnetGateway.Ethereum.Abi;
using SnetGateway.Ethereum.JsonRpc;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.Tests.Ethereum;

/// <summary>Compared with recorded logs of the real contract.</summary>
public sealed class EscrowEventTests
{
    private static readonly string[] s_followed = ["ChannelOpen", "ChannelClaim", "ChannelSenderClaim", "ChannelExtend", "ChannelAddFunds"];

    [Fact]
    public void Topics_AreThoseOfTheContract()
    {
        string[] recorded = [.. VectorFile.Read("mpe-abi.json").GetProperty("events").EnumerateArray()
            .Where(one => one.Text("contract") == "MultiPartyEscrow" && s_followed.Contains(one.Text("name")))
            .Select(one => one.Text("topic0"))];
        Assert.Equal(recorded.Order(), EscrowEvents.Topics.Select(topic => topic.ToString()).Order());
    }

    [Fact]
    public void TryDecode_RecordedLogs_GiveTheRecordedArguments()
    {
        var seen = new HashSet<string>();
        foreach (JsonElement recorded in Logs())
        {
            LogEntry log = EthereumQueries.ReadLog(recorded.GetProperty("raw"));
            bool decoded = EscrowEvents.TryDecode(log.Topics, log.Data.Span, out EscrowEvent? happened);
            Assert.Equal(s_followed.Contains(recorded.Text("event")) && recorded.Text("contract") == "MultiPartyEscrow", decoded);
            if (!decoded)
            {
                continue;
            }

            string[] values = [.. recorded.GetProperty("args").EnumerateArray().Select(argument => argument.Text("value"))];
            Assert.Equal(values, Values(happened!));
            seen.Add(recorded.Text("event"));
        }

        Assert.Equal(s_followed.Order(), seen.Order());
    }

    [Fact]
    public void TryDecode_LogsOfAnotherShape_AreRefused()
    {
        foreach (JsonElement recorded in Logs()
            .Where(one => one.Text("contract") == "MultiPartyEscrow" && s_followed.Contains(one.Text("event"))))
        {
            LogEntry log = EthereumQueries.ReadLog(recorded.GetProperty("raw"));
            Assert.False(EscrowEvents.TryDecode([.. log.Topics, log.Topics[0]], log.Data.Span, out _));
            Assert.False(EscrowEvents.TryDecode([.. log.Topics.SkipLast(1)], log.Data.Span, out _));
            Assert.False(EscrowEvents.TryDecode(log.Topics, log.Data.Span[..^1], out _));
            Assert.False(EscrowEvents.TryDecode(log.Topics, [.. log.Data.Span, .. new byte[32]], out _));
            Assert.False(EscrowEvents.TryDecode([], log.Data.Span, out _));
            Assert.False(EscrowEvents.TryDecode([.. Enumerable.Repeat(log.Topics[0], 9)], log.Data.Span, out _));
        }
    }

    [Fact]
    public void TryDecode_DirtyAddresses_AreRefused()
    {
        JsonElement recorded = Logs().First(one => one.Text("contract") == "MultiPartyEscrow" && one.Text("event") == "ChannelOpen");
        LogEntry log = EthereumQueries.ReadLog(recorded.GetProperty("raw"));
        byte[] data = log.Data.ToArray();
        data[64] = 1; // above the signer's 20 bytes
        Assert.False(EscrowEvents.TryDecode(log.Topics, data, out _));

        byte[] sender = log.Topics[1].ToBytes();
        sender[0] = 1;
        Assert.False(EscrowEvents.TryDecode([log.Topics[0], new Bytes32(sender), .. log.Topics.Skip(2)], log.Data.Span, out _));
    }

    private static IEnumerable<JsonElement> Logs() => VectorFile.Read("mpe-abi.json").GetProperty("logs").EnumerateArray();

    private static string[] Values(EscrowEvent happened) => happened switch
    {
        ChannelOpened e =>
        [
            $"{e.Channel}", $"{e.Nonce}", Text(e.Sender), Text(e.Signer), Text(e.Recipient), $"{new Bytes32(e.GroupId)}", $"{e.Amount}",
            $"{e.Expiration}",
        ],
        ChannelClaimed e =>
        [
            $"{e.Channel}", $"{e.Nonce}", Text(e.Recipient), $"{e.ClaimAmount}", $"{e.PlannedAmount}", $"{e.SendBackAmount}",
            $"{e.KeepAmount}",
        ],
        ChannelSenderClaimed e => [$"{e.Channel}", $"{e.Nonce}", $"{e.ClaimAmount}"],
        ChannelExtended e => [$"{e.Channel}", $"{e.NewExpiration}"],
        ChannelFundsAdded e => [$"{e.Channel}", $"{e.AdditionalFunds}"],
        _ => [],
    };

    private static string Text(string address) => AddressText.Checksum(Address.Parse(address));
}
