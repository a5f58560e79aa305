using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using SnetGateway.Benchmarks.Market;

namespace SnetGateway.Benchmarks.Servers;

/// <summary>
/// The gateway as an operator runs it: <c>serve</c> with a configuration file, its ledger in SQLite on a disk, or in an etcd.
/// </summary>
internal sealed class PaidGateway(string name, string program, string folder, string ledgerFolder, string? etcd)
{
    // An older build beside this one knows no key of a kind that is off.
    private static readonly JsonSerializerOptions s_json = new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly string _configuration = Path.Combine(folder, $"{name}.json");

    /// <summary>What the report calls it.</summary>
    public string Name => name;

    /// <summary>What the service speaks; see docs/backends.md.</summary>
    public string Backend { get; init; } = "grpc";

    /// <summary>A folder with the service's proto file, for translators.</summary>
    public string? ProtoFolder { get; init; }

    /// <summary>Whether prepaid and free calls are on, and control requests not limited.</summary>
    public bool HasAllKinds { get; init; }

    /// <summary>Whether rates and budgets count each call, and refuse none, and traces and metrics are sent.</summary>
    public bool HasLimits { get; init; }

    /// <summary>Path of the service's address.</summary>
    public string ServicePath { get; init; } = "";

    /// <summary>Where <c>/readyz</c> is answered.</summary>
    public IPEndPoint Admin { get; } = LoopbackPort.Free();

    /// <summary>The store of the ledger: sqlite unless an etcd is named.</summary>
    public string Store { get; init; } = etcd is null ? "sqlite" : "etcd";

    /// <summary>More of the section <c>Chain</c>. Empty for the defaults.</summary>
    public IReadOnlyDictionary<string, object> Chain { get; init; } = new Dictionary<string, object>();

    /// <summary>Writes the configuration, and gives the command that serves it.</summary>
    public IEnumerable<string> Serve(IPEndPoint endPoint, IPEndPoint service, LoadMarket market, ulong price)
    {
        File.WriteAllText(_configuration, JsonSerializer.Serialize(Configuration(endPoint, service, market, price), s_json));
        return ["dotnet", program, "serve", "--config", _configuration];
    }

    /// <summary>The command that walks the whole ledger and ends with 0 when every entry is right.</summary>
    public IEnumerable<string> Verify() => ["dotnet", program, "ledger", "verify", "--config", _configuration];

    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        try
        {
            using HttpResponseMessage answer = await client.GetAsync(new Uri($"http://{Admin}/readyz"), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private object Configuration(IPEndPoint endPoint, IPEndPoint service, LoadMarket market, ulong price) => new
    {
        Logging = new { LogLevel = new { Default = "Warning" } },
        SnetGateway = new
        {
            Listeners = new { Public = new { Address = endPoint.ToString() }, Admin = new { Address = Admin.ToString() } },
            Chain = new Dictionary<string, object>(Chain)
            {
                ["Endpoints"] = new[] { $"http://{market.Relay.EndPoint}" },
                ["ChainId"] = market.State.ChainId,
                ["EscrowAddress"] = market.State.MultiPartyEscrow,
            },
            Ledger = new
            {
                Store,
                Path = Path.Combine(ledgerFolder, name, "ledger.db"),
                Journal = new { Path = Path.Combine(ledgerFolder, name, "journal") },
                Etcd = new { Endpoints = etcd is null ? [] : new[] { etcd }, KeyPrefix = $"load-{Environment.ProcessId}-{name}/" },
            },
            Groups = new Dictionary<string, object>
            {
                ["load"] = new
                {
                    market.State.OrganizationId,
                    market.State.GroupName,
                    GroupId = market.State.GroupIdBase64,
                    PaymentAddress = market.State.Accounts["provider"].Address,
                    FreeCalls = HasAllKinds
                        ? new { SignerKeyFile = Secret("free-call-key"), Calls = 1_000_000_000, MinBalance = "0" }
                        : null,
                },
            },
            Prepaid = HasAllKinds ? new { SecretPath = Secret("prepaid-secret") } : null,
            Services = new Dictionary<string, object>
            {
                ["echo"] = new { Group = "load", market.State.ServiceId, Price = new { Cogs = price } },
            },
            Backends = new { Clusters = Translation() },
            Limits = Limits(),

            // The service answers any method, also those of a collector. The share of calls that are traced is the default.
            Telemetry = HasLimits ? new { Otlp = new { Endpoint = $"http://{service}", Protocol = "grpc" } } : null,
        },
        ReverseProxy = new
        {
            Routes = new Dictionary<string, object>
            {
                ["echo"] = new { ClusterId = "echo", Match = new { Path = "{**path}" }, Metadata = new { Service = "echo" } },
            },
            Clusters = new Dictionary<string, object>
            {
                ["echo"] = new
                {
                    Metadata = new { Backend },
                    Destinations = new Dictionary<string, object> { ["one"] = new { Address = $"http://{service}{ServicePath}" } },
                },
            },
        },
    };

    private Dictionary<string, object> Limits()
    {
        var limits = new Dictionary<string, object> { ["MaxStreamsPerConnection"] = ProxySettings.StreamsPerConnection };
        if (HasAllKinds)
        {
            limits["ControlRequestsPerMinute"] = 10_000_000;
        }

        if (HasLimits)
        {
            limits["Rates"] = new Dictionary<string, object>
            {
                ["all"] = new { Calls = 1_000_000, Running = 100_000 },
                ["payer"] = new { Per = "payer", Calls = 1_000_000 },
                ["address"] = new { Per = "address", Calls = 1_000_000 },
            };
            limits["Budgets"] = new Dictionary<string, object>
            {
                ["service"] = new { Per = "all", Service = "echo", Cogs = "1000000000000" },
                ["payer"] = new { Cogs = "1000000000" },
            };
        }

        return limits;
    }

    /// <summary>A file with 64 hex digits that only its owner may read.</summary>
    private string Secret(string what)
    {
        string file = Path.Combine(folder, $"{name}-{what}");
        File.WriteAllText(file, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return file;
    }

    private Dictionary<string, object> Translation() =>
        ProtoFolder is null ? [] : new() { ["echo"] = new { Descriptors = new { ProtoFolder } } };
}
