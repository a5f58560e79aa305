using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using SnetGateway.Ethereum;
using Status = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace SnetGateway.Gateway.Health.Heartbeats;

/// <summary>
/// `/heartbeat`: the reference's document, which marketplaces read (docs/protocol/control-services.md, 'Heartbeat'). With several services,
/// the requested host or the service's name behind `/heartbeat/` selects one.
/// </summary>
internal sealed class HeartbeatEndpoint(
    IHeartbeatTargets targets, HeartbeatCheck check, Readiness readiness, IOptions<ChainOptions> chain, TimeProvider time,
    ITrainingReport? training = null)
{
    private const string Online = "Online";
    private const string Offline = "Offline";

    /// <summary>A status that the reference defines and never sends: the gateway works, and nothing is known of the service.</summary>
    private const string Warning = "Warning";

    private static readonly string s_version =
        typeof(HeartbeatEndpoint).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        HeartbeatEndpoint heartbeat = ActivatorUtilities.CreateInstance<HeartbeatEndpoint>(endpoints.ServiceProvider);
        endpoints.MapMethods("/heartbeat/{**service}", [HttpMethods.Get, HttpMethods.Head], heartbeat.RespondAsync);
    }

    private static string NetworkOf(long chainId) => chainId switch
    {
        1 => "main",
        11155111 => "sepolia",
        _ => chainId.ToString(CultureInfo.InvariantCulture),
    };

    private static string TextOf(Status status) => status switch
    {
        Status.Serving => "SERVING",
        Status.NotServing => "NOT_SERVING",
        _ => "UNKNOWN",
    };

    private async Task RespondAsync(HttpContext context)
    {
        if (ProbeMiddleware.HasBody(context))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return;
        }

        string name = context.Request.RouteValues["service"] as string ?? string.Empty;
        HeartbeatTarget? target = targets.Heartbeats.Find(HostPattern.AuthorityOf(context.Request), name);
        if (target is null && name.Length > 0)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        Status status = target is null ? Status.Unknown : await check.CheckAsync(target);
        JsonObject? trained = target is null || training is null ? null : await training.ReportAsync(target.Name);
        byte[] document = Encoding.UTF8.GetBytes(Write(target, status, trained) + "\n");
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentLength = document.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(document, context.RequestAborted);
        }
    }

    private string Write(HeartbeatTarget? target, Status status, JsonObject? trained)
    {
        bool isReady = readiness.Problems().Count == 0;

        // The heartbeat of the service is a document as text inside the document.
        var service = new JsonObject { ["serviceID"] = target?.ServiceId ?? string.Empty, ["status"] = TextOf(status) };
        var document = new JsonObject
        {
            ["daemonID"] = target?.DaemonId ?? string.Empty,
            ["timestamp"] = time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            ["status"] = !isReady || status == Status.NotServing ? Offline : status == Status.Serving ? Online : Warning,
            ["serviceheartbeat"] = service.ToJsonString(),
            ["daemonVersion"] = s_version,
            ["blockchainEnabled"] = chain.Value.IsConfigured,
            ["blockchainNetwork"] = chain.Value.IsConfigured ? NetworkOf(chain.Value.ChainId) : string.Empty,
            ["storageClientCertDetails"] = new JsonObject { ["validFrom"] = string.Empty, ["validTill"] = string.Empty },
        };
        if (trained is not null)
        {
            document["trainingMetadata"] = trained;
        }

        return document.ToJsonString(s_json);
    }
}
