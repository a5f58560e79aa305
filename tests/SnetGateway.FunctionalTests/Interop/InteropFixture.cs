using System.Text.Json;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.Interop;

/// <summary>
/// The interoperability service behind the gateway's own binary, in cleartext and with TLS, sold under one host and free under another; the
/// payments are real ones of the real contract.
/// </summary>
public sealed class InteropFixture : IAsyncLifetime
{
    public const string Collection = "Interoperability";

    private const int Price = 10;
    private const int MostCharged = 40;
    private const string PaidHost = "127.0.0.1";
    private const string FreeHost = "localhost";

    private readonly string _folder = Directory.CreateTempSubdirectory("snet-interop-").FullName;
    private DevChain _chain = null!;
    private InteropService _service = null!;
    private GatewayProcess _cleartext = null!;
    private GatewayProcess _tls = null!;
    private string _certificate = null!;

    public async ValueTask InitializeAsync()
    {
        _chain = await DevChain.StartAsync();
        _service = await InteropService.StartAsync();
        _certificate = SelfSignedCertificate.Write(_folder);
        _cleartext = await StartAsync([]);
        _tls = await StartAsync(new Dictionary<string, string>
        {
            ["SnetGateway:Listeners:Public:CertificatePath"] = _certificate,
            ["SnetGateway:Listeners:Public:KeyPath"] = SelfSignedCertificate.KeyOf(_folder),
        });
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable? one in new IAsyncDisposable?[] { _cleartext, _tls, _service, _chain })
        {
            if (one is not null)
            {
                await one.DisposeAsync();
            }
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Runs all cases on one connection of a client.</summary>
    /// <returns>What went wrong, by case; null where nothing did.</returns>
    public async Task<IReadOnlyDictionary<string, string?>> RunAsync(InteropStack stack, bool paid, bool tls)
    {
        string endpoint = (tls ? _tls : _cleartext).Endpoint;
        var job = new
        {
            endpoint = paid ? endpoint : endpoint.Replace(PaidHost, FreeHost, StringComparison.Ordinal),
            tls = tls ? new { caFile = _certificate } : null,
            cases = InteropCases.All,
            payments = paid ? await PaymentsAsync() : [],
        };
        await using ChildProcess client = await InteropClients.StartAsync(stack);
        await client.WriteLineAsync(JsonSerializer.Serialize(job));
        var results = new Dictionary<string, string?>();
        while (results.Count < InteropCases.All.Count)
        {
            string line = await client.WaitForLineAsync(text => text.StartsWith('{'), TimeSpan.FromSeconds(60));
            JsonElement result = JsonSerializer.Deserialize<JsonElement>(line);
            results[result.GetProperty("case").GetString()!] = result.GetProperty("problem").GetString();
        }

        return results;
    }

    /// <summary>The last lines of a gateway's log, for messages of failed tests.</summary>
    public IEnumerable<string> RecentLog(bool tls) =>
        (tls ? _tls : _cleartext).Log.TakeLast(30).Select(line => $"{line.EventId} {line.Message}");

    private Task<GatewayProcess> StartAsync(Dictionary<string, string> options)
    {
        const string Route = "ReverseProxy:Routes:free:";
        return GatewayProcess.StartAsync(
            new GatewaySettings(_chain.State, new MarketService("interop", _service.Address) { Price = Price, Hosts = [PaidHost] })
            {
                Options = new Dictionary<string, string>(options)
                {
                    // All the payments are of one payer, whose cases leave before the first byte on purpose.
                    ["SnetGateway:PaidCalls:AbandonedCallsPerMinute"] = "1000",
                    [Route + "ClusterId"] = "interop",
                    [Route + "Match:Path"] = "/{**method}",
                    [Route + "Match:Hosts:0"] = FreeHost,
                    [Route + "Metadata:Payment"] = "none",
                },
            });
    }

    /// <summary>The metadata of payments one after the other, of a channel of their own; keys ending in -bin as hex.</summary>
    private async Task<IReadOnlyList<Dictionary<string, string>>> PaymentsAsync()
    {
        ChainChannel channel = await _chain.OpenChannelAsync(Price * MostCharged);
        ChainAccount signer = _chain.State.Accounts.Values.Single(account => account.Address == channel.Signer);
        var key = PrivateKey.Parse(signer.PrivateKey);
        var escrow = Address.Parse(_chain.State.MultiPartyEscrow);
        ChannelId id = new(UInt256.Parse(channel.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        return [.. Enumerable.Range(1, MostCharged).Select(number =>
        {
            byte[] message = new byte[ClaimMessage.Length];
            ClaimMessage.Write(message, escrow, id, new ChannelNonce(UInt256.Parse("0")), UInt256.Parse($"{number * Price}"));
            return new Dictionary<string, string>
            {
                ["snet-payment-type"] = "escrow",
                ["snet-payment-channel-id"] = $"{channel.Id}",
                ["snet-payment-channel-nonce"] = "0",
                ["snet-payment-channel-amount"] = $"{number * Price}",
                ["snet-payment-channel-signature-bin"] = Convert.ToHexString(key.SignMessage(message)),
            };
        })];
    }

    [CollectionDefinition(Collection)]
    public sealed class Definition : ICollectionFixture<InteropFixture>;
}
