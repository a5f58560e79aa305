using System.Numerics;
using System.Text.Json;

namespace SnetGateway.TestKit.Market;

/// <summary>The state that the local chain publishes when it is ready. Addresses are checksummed hex text with 0x.</summary>
/// <param name="RpcUrl">The node's JSON-RPC address over HTTP.</param>
/// <param name="WebSocketUrl">The same over WebSocket.</param>
/// <param name="ControlUrl">The URL for its commands.</param>
/// <param name="ChainId">The chain's id.</param>
/// <param name="NodePid">The pid of the node itself, for tests that freeze or kill it.</param>
/// <param name="MultiPartyEscrow">The escrow contract.</param>
/// <param name="Registry">The registry contract.</param>
/// <param name="Token">The token contract.</param>
/// <param name="OrganizationId">The registered organisation.</param>
/// <param name="ServiceId">Its service.</param>
/// <param name="GroupName">The payment group's name.</param>
/// <param name="GroupIdBase64">The payment group's id, as metadata writes it.</param>
/// <param name="Accounts">Funded accounts by role (consumer, signer, provider, stranger, and others).</param>
/// <param name="Channels">The channels opened at the start, by label (main, selfSigned, shortLived, and others).</param>
public sealed record ChainState(
    Uri RpcUrl,
    Uri WebSocketUrl,
    Uri ControlUrl,
    ulong ChainId,
    int NodePid,
    string MultiPartyEscrow,
    string Registry,
    string Token,
    string OrganizationId,
    string ServiceId,
    string GroupName,
    string GroupIdBase64,
    IReadOnlyDictionary<string, ChainAccount> Accounts,
    IReadOnlyDictionary<string, ChainChannel> Channels)
{
    internal static ChainState Read(JsonElement state)
    {
        JsonElement contracts = state.GetProperty("contracts");
        JsonElement group = state.GetProperty("group");
        return new ChainState(
            new Uri(Text(state, "rpcUrl")),
            new Uri(Text(state, "wsUrl")),
            new Uri(Text(state, "controlUrl")),
            state.GetProperty("chainId").GetUInt64(),
            state.GetProperty("node").GetProperty("pid").GetInt32(),
            Text(contracts.GetProperty("multiPartyEscrow"), "address"),
            Text(contracts.GetProperty("registry"), "address"),
            Text(contracts.GetProperty("token"), "address"),
            Text(state.GetProperty("organization"), "id"),
            Text(state.GetProperty("service"), "id"),
            Text(group, "name"),
            Text(group, "idBase64"),
            state.GetProperty("accounts").EnumerateObject().ToDictionary(
                a => a.Name, a => new ChainAccount(Text(a.Value, "address"), Text(a.Value, "privateKey"))),
            state.GetProperty("channels").EnumerateObject().ToDictionary(c => c.Name, c => ReadChannel(c.Value)));
    }

    internal static ChainChannel ReadChannel(JsonElement channel) => new(
        Number(channel, "channelId"),
        Number(channel, "nonce"),
        Text(channel, "sender"),
        Text(channel, "signer"),
        Text(channel, "recipient"),
        Text(channel, "groupId"),
        Number(channel, "value"),
        Number(channel, "expiration"));

    private static string Text(JsonElement parent, string name) => parent.GetProperty(name).GetString()!;

    // Small numbers are JSON numbers, those of contracts decimal strings.
    private static BigInteger Number(JsonElement parent, string name) =>
        BigInteger.Parse(parent.GetProperty(name).ToString(), System.Globalization.CultureInfo.InvariantCulture);
}
