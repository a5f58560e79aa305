using System.Globalization;
using System.Text;
using Google.Protobuf;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Gateway.Control;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit.Market;

namespace SnetGateway.FunctionalTests.Crashes;

/// <summary>Makes free calls with one token.</summary>
internal sealed class FreeConsumer(
    PrivateKey key, ChainState chain, string service, ulong block, IReadOnlyList<Uri> gateways, Random random)
    : CounterConsumer(gateways, random)
{
    private string Address { get; } = AddressText.Checksum(key.Address);

    private byte[] _token = [];

    public override async Task<int> CountAsync(IRecordStore ledger)
    {
        await foreach (CounterRecord count in new LedgerHistory(ledger).CountersAsync(RecordKind.FreeCallCount, CancellationToken.None))
        {
            if (CounterName.AddressOf(count.Key) == key.Address)
            {
                return (int)count.Used.ToUInt64Saturating();
            }
        }

        return 0;
    }

    protected override async Task<bool> PrepareAsync(Uri gateway, CancellationToken cancellationToken)
    {
        FreeCallToken reply = await new FreeCallStateService.FreeCallStateServiceClient(Http.ChannelTo(gateway)).GetFreeCallTokenAsync(
            new GetFreeCallTokenRequest { Address = Address, Signature = ByteString.CopyFrom(Sign([])), CurrentBlock = block },
            cancellationToken: cancellationToken);
        _token = reply.Token.ToByteArray();
        if (_token.Length == 0)
        {
            Tell("no token");
        }

        return _token.Length > 0;
    }

    protected override (string Name, string Value)[]? Payment() =>
    [
        ("snet-payment-type", "free-call"),
        ("snet-free-call-user-address", Address),
        ("snet-current-block-number", block.ToString(CultureInfo.InvariantCulture)),
        ("snet-free-call-auth-token-bin", Convert.ToBase64String(_token)),
        ("snet-payment-channel-signature-bin", Convert.ToBase64String(Sign(_token))),
    ];

    private byte[] Sign(byte[] token) => key.SignMessage(
    [
        .. Encoding.UTF8.GetBytes($"__prefix_free_trial{Address}{chain.OrganizationId}{service}{chain.GroupIdBase64}"),
        .. UInt256.FromUInt64(block).ToBigEndian(), .. token,
    ]);
}
