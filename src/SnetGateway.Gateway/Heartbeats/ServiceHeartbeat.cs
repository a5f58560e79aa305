using System.Text.Json.Serialization;

namespace SnetGateway.Gateway.Heartbeats;

/// <summary>The document inside the document: the heartbeat of the service, as JSON text.</summary>
internal sealed record ServiceHeartbeat(
    [property: JsonPropertyName("serviceID")] string ServiceId, [property: JsonPropertyName("status")] string Status);

[JsonSerializable(typeof(ServiceHeartbeat))]
internal sealed partial class HeartbeatJson : JsonSerializerContext;
