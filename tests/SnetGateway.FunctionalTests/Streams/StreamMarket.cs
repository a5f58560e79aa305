using System.Globalization;
using System.Net;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.FunctionalTests.Crashes;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.Streams;

/// <summary>
/// The gateway's own program, whose memory can be looked at, before a service that the test scripts. Calls are paid out of channels of the
/// real contract.
/// </summary>
internal sealed class StreamMarket : IAsyncDisposable
{
    private const long Price = 10;

    private readonly ClientHttp _http = new();

    private StreamMarket(ScriptedService service, GatewayProcess gateway, StreamPayer[] payers)
    {
        Service = service;
        Gateway = gateway;
        Payers = payers;
    }

    public ScriptedService Service { get; }

    public GatewayProcess Gateway { get; }

    /// <summary>One for each channel.</summary>
    public IReadOnlyList<StreamPayer> Payers { get; }

    public Uri Address => new($"http://{Gateway.Endpoint}");

    public IPEndPoint EndPoint => IPEndPoint.Parse(Gateway.Endpoint);

    public static async Task<StreamMarket> StartAsync(DevChain chain, int channels, IReadOnlyDictionary<string, string>? options = null)
    {
        var key = PrivateKey.Parse(chain.State.Accounts["signer"].PrivateKey);
        var escrow = SnetGateway.Payments.Values.Address.Parse(chain.State.MultiPartyEscrow.ToLowerInvariant());
        var ids = new List<ChannelId>();
        for (int i = 0; i < channels; i++)
        {
            ids.Add(new ChannelId((ulong)(await chain.OpenChannelAsync(1_000_000_000)).Id));
        }

        ulong block = await chain.GetBlockNumberAsync();
        ScriptedService service = await ScriptedService.StartAsync();
        try
        {
            GatewayProcess gateway = await GatewayProcess.StartAsync(
                new GatewaySettings(chain.State, new MarketService("stream", service.Address) { Price = Price }) { Options = options
                    ?? new Dictionary<string, string>() });
            return new StreamMarket(
                service, gateway, [.. ids.Select(id => new StreamPayer(new PaidRequests(key, escrow, id, block), Price))]);
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>Begins a paid call with a body that the test writes; ends when the answer's headers are there.</summary>
    public Task<HttpResponseMessage> SendAsync(StreamPayer payer, string method, DuplexContent body)
    {
        HttpRequestMessage request = payer.Requests.Call(Address, method, [], payer.Next());
        request.Content = body;
        return _http.SendAsync(request, CancellationToken.None);
    }

    /// <summary>Ordinary paid calls of all payers at once, which bring the gateway's memory to where it stands in use.</summary>
    public Task WorkAsync(int callsOfEach)
    {
        Service.Handle = Wire.EchoAsync;
        return Task.WhenAll(Payers.Select(async payer =>
        {
            for (int i = 0; i < callsOfEach; i++)
            {
                using HttpRequestMessage request = payer.Requests.Call(Address, "Work", Wire.Frame("x"), payer.Next());
                using HttpResponseMessage answer = await _http.SendAsync(request, CancellationToken.None).WithTimeout();
                GrpcReply reply = await GrpcReply.ReadAsync(answer).WithTimeout();
                Assert.True(reply.Status == 0, reply.Message);
            }
        }));
    }

    /// <summary>Opens a paid call on a connection of the test's own.</summary>
    public static Task<RawCall> OpenAsync(RawHttp2 connection, StreamPayer payer, string method) =>
        connection.OpenAsync([.. RawHttp2.CallHeaders($"/example.Echo/{method}"), .. payer.Requests.Payment(payer.Next())]);

    /// <summary>The ledger must hold what was signed last.</summary>
    public async Task<ulong> AskSignedAsync(StreamPayer payer) => await payer.Requests.AskSignedAsync(_http, Address);

    /// <summary>MiB of the gateway's memory: now, or at most since <see cref="ForgetPeak"/>.</summary>
    public double Resident(bool peak = false) => File.ReadLines($"/proc/{Gateway.Process.Pid}/status")
        .Where(line => line.StartsWith(peak ? "VmHWM:" : "VmRSS:", StringComparison.Ordinal))
        .Select(line => double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024)
        .Single();

    /// <summary>The kernel counts the peak from now on.</summary>
    public void ForgetPeak() => File.WriteAllText($"/proc/{Gateway.Process.Pid}/clear_refs", "5");

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        try
        {
            await Gateway.DisposeAsync();
        }
        finally
        {
            await Service.DisposeAsync();
        }
    }
}

/// <summary>A channel, and how much of it was signed away.</summary>
internal sealed class StreamPayer(PaidRequests requests, ulong price)
{
    public PaidRequests Requests => requests;

    public ulong Signed { get; private set; }

    /// <summary>The total of the next call. One that was not charged is taken back.</summary>
    public ulong Next() => Signed += price;

    public void TakeBack() => Signed -= price;
}
