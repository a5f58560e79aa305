using System.Text.Json.Nodes;

namespace SnetGateway.Gateway.Health.Heartbeats;

/// <summary>What the heartbeat of a service says of the training of models.</summary>
internal interface ITrainingReport
{
    /// <summary>`trainingMetadata` of a service; null where it has no training. Takes a second at most.</summary>
    /// <param name="service">Its name in the configuration.</param>
    ValueTask<JsonObject?> ReportAsync(string service);
}
