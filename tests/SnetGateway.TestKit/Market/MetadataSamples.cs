using System.Text.Json.Nodes;

namespace SnetGateway.TestKit.Market;

/// <summary>Metadata of an organisation and of a service, in the form in which the network has it.</summary>
public static class MetadataSamples
{
    /// <summary>An organisation with the group of the local chain, and another one.</summary>
    public static JsonObject Organization(string organizationId, string groupId, string payee) => new()
    {
        ["org_name"] = "The organisation",
        ["org_id"] = organizationId,
        ["org_type"] = "organization",
        ["description"] = new JsonObject { ["url"] = "https://example.org", ["description"] = "An organisation." },
        ["assets"] = new JsonObject { ["hero_image"] = "QmT78zSuBmuS4z925WZfrqQ1qHaJ56DQaTfyMUF7F8ff5o/hero.png" },
        ["contacts"] = new JsonArray(),
        ["groups"] = new JsonArray(
            Group("other_group", Convert.ToBase64String([5, .. new byte[31]]), "0x2222222222222222222222222222222222222222"),
            Group("default_group", groupId, payee)),
    };

    /// <summary>A service with one price for every call.</summary>
    public static JsonObject Service(string escrow, string groupId, long cogs) => new()
    {
        ["version"] = 1,
        ["display_name"] = "Echo",
        ["encoding"] = "proto",
        ["service_type"] = "grpc",
        ["model_ipfs_hash"] = "",
        ["mpe_address"] = escrow,
        ["groups"] = new JsonArray(new JsonObject
        {
            ["group_name"] = "default_group",
            ["group_id"] = groupId,
            ["free_calls"] = 0,
            ["free_call_signer_address"] = "",
            ["pricing"] = new JsonArray(new JsonObject { ["price_model"] = "fixed_price", ["price_in_cogs"] = cogs, ["default"] = true }),
        }),
        ["service_description"] = new JsonObject { ["url"] = "", ["description"] = "Says what it hears." },
        ["contributors"] = new JsonArray(),
        ["tags"] = new JsonArray("echo"),
    };

    private static JsonObject Group(string name, string groupId, string payee) => new()
    {
        ["group_name"] = name,
        ["group_id"] = groupId,
        ["payment"] = new JsonObject
        {
            ["payment_address"] = payee,
            ["payment_expiration_threshold"] = 100,
            ["payment_channel_storage_type"] = "etcd",
            ["payment_channel_storage_client"] = new JsonObject
            {
                ["connection_timeout"] = "5s",
                ["request_timeout"] = "3s",
                ["endpoints"] = new JsonArray("https://etcd.example.org:2379"),
            },
        },
    };
}
