using System.Globalization;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.FunctionalTests.Crashes;

/// <summary>
/// Makes calls with a metered price, each a stream of another length, and pays with the credit that they leave. Of a call whose end it did
/// not see, the price is that of its messages or, if the gateway was killed, the ceiling.
/// </summary>
internal sealed class MeteredConsumer(
    PrivateKey key, Address escrow, ChannelId channel, ulong block, IReadOnlyList<Uri> gateways, Random random)
    : CounterConsumer(gateways, random)
{
    /// <summary>The name of its service, and the host.</summary>
    public const string Service = "metered";

    /// <summary>The most that a call costs, and each of its messages, in cogs.</summary>
    public const int Ceiling = 100;

    public const int Unit = 10;

    private const int Batch = 25;

    private readonly PaidRequests _requests = new(key, escrow, channel, block);
    private ulong _signed;
    private ulong _credit;
    private int _left;
    private int _messages;

    protected override string Host => Service;

    protected override int Parallel => 1;

    protected override (int Least, int Most) Unended => (Unit, Ceiling);

    public override async Task<int> CountAsync(IRecordStore ledger) => (int)await VoucherConsumer.ChargedAsync(ledger, channel);

    protected override async Task<bool> PrepareAsync(Uri gateway, CancellationToken cancellationToken)
    {
        (ulong signed, ulong credit) = await _requests.AskStateAsync(Http, gateway, cancellationToken);
        (_signed, _credit, _left) = (signed, credit, Batch);
        return true;
    }

    /// <summary>What the credit does not pay of the ceiling, and one cog at least.</summary>
    protected override (string Name, string Value)[]? Payment()
    {
        if (_left-- == 0)
        {
            return null;
        }

        ulong more = _credit < Ceiling ? Ceiling - _credit : 1;
        _signed += more;
        _credit = _credit + more - Ceiling;
        return _requests.Payment(_signed);
    }

    protected override (string Path, byte[] Message) Request()
    {
        _messages = (_messages % (Ceiling / Unit)) + 1;
        return ("/example.Echo/Count", Wire.Frame([0x10, (byte)_messages])); // example.EchoRequest: answers
    }

    /// <summary>The price of its messages; the ceiling where the store did not take what it gives back.</summary>
    protected override int ChargedFor(HttpResponseMessage answer)
    {
        int charged = int.Parse(
            PaidRequests.Header(answer.TrailingHeaders, "snet-final-price-cogs")!, NumberStyles.None, CultureInfo.InvariantCulture);
        Assert.True(charged == Unit * _messages || charged == Ceiling, $"{_messages} messages cost {charged} cogs.");
        _credit += (ulong)(Ceiling - charged);
        return charged;
    }
}
