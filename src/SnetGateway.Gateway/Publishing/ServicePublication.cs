using System.Text.Json.Nodes;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Publishing;

/// <summary>A service's metadata, made from its configuration.</summary>
/// <param name="Service">The service.</param>
/// <param name="Group">Its group.</param>
/// <param name="Escrow">The contract at which consumers pay.</param>
/// <param name="ServiceType">grpc, jsonrpc, http or process.</param>
internal sealed record ServicePublication(ServiceOptions Service, GroupOptions Group, string Escrow, string ServiceType)
{
    /// <summary>The URLs that consumers call.</summary>
    public IReadOnlyList<string> Endpoints { get; init; } = [];

    /// <summary>The URI of the archive with the service's `.proto` files; null leaves the one that is published.</summary>
    public string? Protos { get; init; }

    /// <summary>The address of the key that signs free-call tokens; null without free calls.</summary>
    public string? FreeCallSigner { get; init; }

    /// <summary>
    /// The document. What the gateway does not know stays as it is published: texts, pictures, tags, contributors, and the other groups.
    /// </summary>
    public JsonObject Over(JsonObject? published)
    {
        JsonObject document = published?.DeepClone().AsObject() ?? new JsonObject
        {
            ["version"] = 1,
            ["display_name"] = Service.ServiceId,
            ["service_description"] = new JsonObject { ["url"] = "", ["description"] = "" },
            ["contributors"] = new JsonArray(),
            ["tags"] = new JsonArray(),
        };
        document["encoding"] = Service.Encoding;
        document["service_type"] = ServiceType;
        if (Protos is not null)
        {
            document["service_api_source"] = Protos;
            document.Remove("model_ipfs_hash");
        }

        document["mpe_address"] = Escrow;
        if (document["groups"] is not JsonArray groups)
        {
            groups = [];
            document["groups"] = groups;
        }

        int at = groups.ToList().FindIndex(group => group?["group_name"]?.ToString() == Group.GroupName);
        JsonObject own = GroupOver(at < 0 ? null : groups[at] as JsonObject);
        if (at < 0)
        {
            groups.Add((JsonNode)own);
        }
        else
        {
            groups[at] = own;
        }

        return document;
    }

    private JsonObject GroupOver(JsonObject? published)
    {
        JsonObject group = published?.DeepClone().AsObject() ?? [];
        group["group_name"] = Group.GroupName;
        group["group_id"] = Group.GroupId;
        if (Endpoints.Count > 0 || group["endpoints"] is null)
        {
            group["endpoints"] = new JsonArray([.. Endpoints.Select(endpoint => JsonValue.Create(endpoint))]);
        }

        group["free_calls"] = FreeCallSigner is null ? 0 : Group.FreeCalls.Calls;
        group["free_call_signer_address"] = FreeCallSigner ?? "";
        group["pricing"] = new JsonArray(Pricing());
        return group;
    }

    /// <summary>The price of the model: the ceiling of a metered one. A dynamic price without a fixed part is published as 0.</summary>
    private JsonObject Pricing()
    {
        PriceOptions price = Service.Price;
        if (price.Methods.Count == 0)
        {
            return new JsonObject
            {
                ["default"] = true, ["price_model"] = PriceOptions.Fixed, ["price_in_cogs"] = Number(price.Cogs ?? "0"),
            };
        }

        ILookup<string, string> packages = price.Methods.Keys.Select(ServiceOf).ToLookup(PackageOf);
        string package = packages.Count == 1 ? packages.Single().Key : "";
        var details = new JsonArray();
        foreach (IGrouping<string, KeyValuePair<string, string>> service in price.Methods.GroupBy(method => ServiceOf(method.Key)))
        {
            details.Add((JsonNode)new JsonObject
            {
                ["service_name"] = package.Length == 0 ? service.Key : service.Key[(package.Length + 1)..],
                ["method_pricing"] = new JsonArray([.. service.Select(method => new JsonObject
                {
                    ["method_name"] = method.Key[(method.Key.LastIndexOf('/') + 1)..], ["price_in_cogs"] = Number(method.Value),
                })]),
            });
        }

        return new JsonObject
        {
            ["default"] = true, ["price_model"] = PriceOptions.FixedPerMethod, ["package_name"] = package, ["details"] = details,
        };
    }

    /// <summary>A JSON number of any size.</summary>
    private static JsonNode Number(string cogs) => JsonNode.Parse(UInt256.Parse(cogs).ToString())!;

    private static string ServiceOf(string method) => method[1..method.LastIndexOf('/')];

    private static string PackageOf(string service) => service.LastIndexOf('.') is > 0 and var dot ? service[..dot] : "";
}
