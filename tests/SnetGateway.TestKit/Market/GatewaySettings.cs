using System.Text.Json.Nodes;

namespace SnetGateway.TestKit.Market;

/// <summary>The configuration of a gateway under test. Everything else has the product's defaults.</summary>
/// <param name="Chain">The local chain.</param>
/// <param name="Services">The paid services.</param>
public sealed record GatewaySettings(ChainState Chain, params MarketService[] Services)
{
    /// <summary>The group of the local chain's channels.</summary>
    public const string DefaultGroup = "default";

    /// <summary>The chain endpoint; null for the node itself.</summary>
    public Uri? ChainUrl { get; init; }

    /// <summary>Groups in addition to the default one, by their keys.</summary>
    public IReadOnlyDictionary<string, MarketGroup> MoreGroups { get; init; } = new Dictionary<string, MarketGroup>();

    /// <summary>The text of the appsettings file; null to write one from these settings.</summary>
    public string? File { get; init; }

    /// <summary>The ledger's file; null for one in the gateway's folder.</summary>
    public string? LedgerPath { get; init; }

    /// <summary>Any configuration keys, such as `SnetGateway:Chain:PollInterval`, that override the file.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>Enables crash points (<see cref="GatewayProcess.CrashAtAsync"/>).</summary>
    public bool HasCrashPoints { get; init; }

    /// <summary>The binary to run; null for the one that SNET_TEST_GATEWAY names, or the one built with the tests.</summary>
    public string? Binary { get; init; }

    /// <summary>Additional environment variables.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>The text of the appsettings file.</summary>
    /// <param name="folder">The folder of the ledger, unless <see cref="LedgerPath"/> names one.</param>
    /// <param name="publicAddress">The consumers' listener.</param>
    /// <param name="adminAddress">The operator's listener.</param>
    public string Write(string folder, string publicAddress, string adminAddress)
    {
        if (File is not null)
        {
            return File;
        }

        var file = new JsonObject
        {
            ["SnetGateway"] = new JsonObject
            {
                ["Listeners"] = new JsonObject
                {
                    ["Public"] = new JsonObject { ["Address"] = publicAddress },
                    ["Admin"] = new JsonObject { ["Address"] = adminAddress },
                },
                ["Chain"] = new JsonObject
                {
                    ["Endpoints"] = new JsonArray((ChainUrl ?? Chain.RpcUrl).ToString()),
                    ["ChainId"] = Chain.ChainId,
                    ["EscrowAddress"] = Chain.MultiPartyEscrow,
                },
                ["Ledger"] = new JsonObject { ["Path"] = LedgerPath ?? Path.Combine(folder, "ledger.db") },
                ["Groups"] = WriteGroups(),
                ["Services"] = new JsonObject(
                    Services.Select(service => KeyValuePair.Create<string, JsonNode?>(
                        service.Name, service.FromMetadata ? WriteIds(service) : WriteService(service)))),
            },
            ["ReverseProxy"] = new JsonObject
            {
                ["Routes"] = new JsonObject(
                    Services.Select(service => KeyValuePair.Create<string, JsonNode?>(service.Name, WriteRoute(service)))),
                ["Clusters"] = new JsonObject(
                    Services.Select(service => KeyValuePair.Create<string, JsonNode?>(service.Name, WriteCluster(service)))),
            },
            ["Logging"] = new JsonObject { ["Console"] = new JsonObject { ["FormatterName"] = "json" } },
        };
        return file.ToJsonString();
    }

    private JsonObject WriteIds(MarketService service) => new()
    {
        ["OrganizationId"] = Chain.OrganizationId,
        ["ServiceId"] = service.ServiceId ?? service.Name,
    };

    private static JsonObject WriteService(MarketService service)
    {
        JsonObject price = service.MethodPrices is { } methods
            ? new JsonObject
            {
                ["Model"] = "fixed_price_per_method",
                ["Methods"] = new JsonObject(methods.Select(method => KeyValuePair.Create<string, JsonNode?>(method.Key, method.Value))),
            }
            : new JsonObject { ["Cogs"] = service.Price };
        return new JsonObject
        {
            ["Group"] = service.Group,
            ["ServiceId"] = service.ServiceId ?? service.Name,
            ["Hosts"] = new JsonArray([.. service.Hosts.Select(host => JsonValue.Create(host))]),
            ["Price"] = price,
        };
    }

    private static JsonObject WriteRoute(MarketService service) => new()
    {
        ["ClusterId"] = service.Name,
        ["Match"] = new JsonObject { ["Path"] = "/{**method}" },
        ["Metadata"] = new JsonObject { ["Service"] = service.Name },
    };

    private static JsonObject WriteCluster(MarketService service)
    {
        var cluster = new JsonObject
        {
            ["Destinations"] = new JsonObject(service.Instances.Select(
                (address, i) => KeyValuePair.Create<string, JsonNode?>(
                    $"instance{i}", new JsonObject { ["Address"] = address.ToString() }))),
        };
        if (service.LoadBalancing is { } policy)
        {
            cluster["LoadBalancingPolicy"] = policy;
        }

        if (service.ProbeInterval is { } interval)
        {
            cluster["HealthCheck"] = new JsonObject
            {
                ["Active"] = new JsonObject { ["Enabled"] = true, ["Interval"] = interval.ToString("c"), ["Timeout"] = "00:00:05" },
            };
        }

        return cluster;
    }

    private JsonObject WriteGroups()
    {
        var groups = new JsonObject();
        if (!Services.All(service => service.FromMetadata))
        {
            groups[DefaultGroup] = WriteGroup(new MarketGroup(Chain.GroupIdBase64, Chain.Accounts["provider"].Address));
        }

        foreach ((string key, MarketGroup group) in MoreGroups)
        {
            groups[key] = WriteGroup(group);
        }

        return groups;
    }

    private JsonObject WriteGroup(MarketGroup group) => new()
    {
        ["OrganizationId"] = group.OrganizationId ?? Chain.OrganizationId,
        ["GroupName"] = Chain.GroupName,
        ["GroupId"] = group.GroupIdBase64,
        ["PaymentAddress"] = group.PaymentAddress,
    };
}
