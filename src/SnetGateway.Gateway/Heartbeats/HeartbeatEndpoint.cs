using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Microsoft.Extensions.Options;
using SnetGateway.Ethereum;
using SnetGateway.Gateway.Health;
using Status = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace SnetGateway.Gateway.Heartbeats;

/// <summary>
/// `/heartbeat`: the reference's document, which marketplaces read (docs/protocol/control-services.md, 'Heartbeat'). With several services,
/// the requested host or the service's name behind `/heartbeat/` selects one.
/// </summary>
internal sealed class HeartbeatEndpoint(
    IHeartbeatTargets targets, HeartbeatCheck check, Readiness readiness, IOptions<ChainOptions> chain, TimeProvider time)
{
    private const string Online = "Online";
    private const string Offline = "Offline";

    /// <summary>A status that the reference defines and never sends: the gateway works, and nothing is known of the service.</summary>
    private const string Warning = "Warning";

    private static readonly string Version =
        typeof(HeartbeatEndpoint).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        HeartbeatEndpoint heartbeat = ActivatorUtilities.CreateInstance<HeartbeatEndpoint>(endpoints.ServiceProvider);
        endpoints.MapMethods("/heartbeat/{**service}", [HttpMethods.Get, HttpMethods.Head], heartbeat.AnswerAsync);
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

    private async Task AnswerAsync(HttpContext context)
    {
        string name = context.Request.RouteValues["service"] as string ?? string.Empty;
        HeartbeatTarget? subject = targets.Heartbeats.Find(context.Request.Host, name);
        if (subject is null && name.Length > 0)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        Status status = subject is null ? Status.Unknown : await check.AskAsync(subject);
        using var document = new MemoryStream();
        Write(document, subject, status);
        document.WriteByte((byte)'\n');
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentLength = document.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(document.GetBuffer().AsMemory(0, (int)document.Length), context.RequestAborted);
        }
    }

    private void Write(Stream document, HeartbeatTarget? subject, Status status)
    {
        string service = JsonSerializer.Serialize(
            new ServiceHeartbeat(subject?.ServiceId ?? string.Empty, TextOf(status)), HeartbeatJson.Default.ServiceHeartbeat);
        using var json = new Utf8JsonWriter(document, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("daemonID", subject?.DaemonId ?? string.Empty);
        json.WriteString("timestamp", time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        json.WriteString("status", readiness.Problems().Count > 0 || status == Status.NotServing ? Offline : status == Status.Serving ? Online : Warning);
        json.WriteString("serviceheartbeat", service);
        json.WriteString("daemonVersion", Version);
        json.WriteBoolean("blockchainEnabled", true);
        json.WriteString("blockchainNetwork", NetworkOf(chain.Value.ChainId));
        json.WriteStartObject("storageClientCertDetails");
        json.WriteString("validFrom", string.Empty);
        json.WriteString("validTill", string.Empty);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
