using System.Text.Json.Nodes;

namespace SnetGateway.Gateway.Publishing;

/// <summary>The metadata of a new organisation with one payment group.</summary>
/// <param name="OrganizationId">Its id.</param>
/// <param name="Name">Its name for people.</param>
/// <param name="GroupName">The name of the group.</param>
/// <param name="GroupId">The id of the group: base64 of 32 bytes.</param>
/// <param name="PaymentAddress">The address that is paid.</param>
/// <param name="ExpirationThreshold">Blocks that a channel must have left.</param>
internal sealed record OrganizationPublication(
    string OrganizationId, string Name, string GroupName, string GroupId, string PaymentAddress, long ExpirationThreshold)
{
    /// <summary>The document.</summary>
    public JsonObject Write() => new()
    {
        ["org_name"] = Name,
        ["org_id"] = OrganizationId,
        ["org_type"] = "organization",
        ["description"] = new JsonObject { ["url"] = "", ["description"] = "", ["short_description"] = "" },
        ["assets"] = new JsonObject(),
        ["contacts"] = new JsonArray(),
        ["groups"] = new JsonArray(new JsonObject
        {
            ["group_name"] = GroupName,
            ["group_id"] = GroupId,
            ["payment"] = new JsonObject
            {
                ["payment_address"] = PaymentAddress,
                ["payment_expiration_threshold"] = ExpirationThreshold,

                // Required by tools of the network; the ledger of the gateway does not depend on it.
                ["payment_channel_storage_type"] = "etcd",
                ["payment_channel_storage_client"] = new JsonObject
                {
                    ["connection_timeout"] = "10s", ["request_timeout"] = "5s", ["endpoints"] = new JsonArray("http://127.0.0.1:2379"),
                },
            },
        }),
    };
}
