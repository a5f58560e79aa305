using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using SnetGateway.Benchmarks.Market;
using SnetGateway.Benchmarks.Payments;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Gateway.Control;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;

namespace SnetGateway.Benchmarks.Kinds;

/// <summary>
/// A consumer with a channel that bought a plan, and an address that has free calls. Signs what SDKs sign before each call.
/// </summary>
internal sealed class Consumer
{
    /// <summary>More than a run can spend.</summary>
    private const ulong PlanCogs = 1_000_000_000;

    private readonly LoadMarket _market;
    private readonly ChannelId _channel;
    private readonly ulong _id;
    private readonly PrivateKey _signer;
    private readonly PrivateKey _user = PrivateKey.Parse(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
    private readonly string _address;
    private readonly byte[] _claim;
    private byte[] _freeCallToken = [];
    private string _prepaidToken = "";

    public Consumer(LoadMarket market, PaidChannel channel)
    {
        _market = market;
        _id = channel.Id;
        _channel = new ChannelId(channel.Id);
        _signer = PrivateKey.Parse(Convert.ToHexStringLower(channel.Key));
        _address = AddressText.Checksum(_user.Address);
        byte[] message = new byte[ClaimMessage.Length];
        ClaimMessage.Write(message, new Address(market.Escrow), _channel, new ChannelNonce(0), PlanCogs);
        _claim = _signer.SignMessage(message);
    }

    /// <summary>Buys the plan, and requests a free-call token.</summary>
    public async Task PrepareAsync(
        TokenService.TokenServiceClient plans, FreeCallStateService.FreeCallStateServiceClient freeCalls, ulong block)
    {
        _prepaidToken = (await plans.GetTokenAsync(TokenRequest(block))).Token;
        _freeCallToken = (await freeCalls.GetFreeCallTokenAsync(FreeTokenRequest(block))).Token.ToByteArray();
        if (_freeCallToken.Length == 0)
        {
            throw new InvalidOperationException("the gateway gave no free-call token");
        }
    }

    public string[] PrepaidCall() =>
    [
        _channel.ToString(), "0", Convert.ToBase64String(Encoding.ASCII.GetBytes(_prepaidToken)),
    ];

    public string[] FreeCall(ulong block) =>
    [
        _address, block.ToString(CultureInfo.InvariantCulture), Convert.ToBase64String(_freeCallToken),
        Convert.ToBase64String(SignUse(block, _freeCallToken)),
    ];

    public ChannelStateRequest StateRequest(ulong block)
    {
        byte[] id = _channel.Value.ToBigEndian();
        return new ChannelStateRequest
        {
            ChannelId = ByteString.CopyFrom(id),
            CurrentBlock = block,
            Signature = Sign(_signer, [.. "__get_channel_state"u8, .. _market.Escrow, .. id, .. Word(block)]),
        };
    }

    public TokenRequest TokenRequest(ulong block) => new()
    {
        ChannelId = _id,
        SignedAmount = PlanCogs,
        CurrentBlock = block,
        ClaimSignature = ByteString.CopyFrom(_claim),
        Signature = Sign(_signer, [.. _claim, .. Word(block)]),
    };

    public GetFreeCallTokenRequest FreeTokenRequest(ulong block) => new()
    {
        Address = _address,
        CurrentBlock = block,
        Signature = ByteString.CopyFrom(SignUse(block, [])),
    };

    public FreeCallStateRequest FreeStateRequest(ulong block) => new()
    {
        Address = _address,
        CurrentBlock = block,
        FreeCallToken = ByteString.CopyFrom(_freeCallToken),
        Signature = ByteString.CopyFrom(SignUse(block, _freeCallToken)),
    };

    private static ByteString Sign(PrivateKey key, byte[] message) => ByteString.CopyFrom(key.SignMessage(message));

    private static byte[] Word(ulong number) => UInt256.FromUInt64(number).ToBigEndian();

    private byte[] SignUse(ulong block, byte[] token) => _user.SignMessage(
    [
        .. Encoding.UTF8.GetBytes(
            $"__prefix_free_trial{_address}{_market.State.OrganizationId}{_market.State.ServiceId}{_market.State.GroupIdBase64}"),
        .. Word(block), .. token,
    ]);
}
