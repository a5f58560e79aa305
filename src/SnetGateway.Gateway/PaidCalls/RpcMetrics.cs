using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Statuses;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>
/// The duration of gRPC calls, of services and of the gateway's own methods, by OpenTelemetry's conventions for RPC servers. Every tag has
/// a bounded set of values: clients and services cannot add any.
/// </summary>
internal sealed class RpcMetrics : IDisposable
{
    private static readonly string[] s_statuses =
    [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS",
        "UNAUTHENTICATED",
    ];

    private readonly TimeProvider _time;
    private readonly Meter _meter;
    private readonly Histogram<double> _duration;

    public RpcMetrics(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        _meter = meters.Create(PaidCallMetrics.MeterName);
        _duration = _meter.CreateHistogram(
            "rpc.server.call.duration", "s", "Time from a gRPC call to the end of its response.",
            advice: new InstrumentAdvice<double>
            {
                HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
            });
    }

    /// <summary>A call of a route has ended, and its status is written.</summary>
    /// <param name="context">The request.</param>
    /// <param name="route">Its route.</param>
    /// <param name="started">When it came, as a timestamp of the clock.</param>
    public void Ended(HttpContext context, PaidRoute route, long started)
    {
        if (_duration.Enabled)
        {
            StatusCode status = StatusOf(context);
            Record(route.RouteId, route.Methods.Of(context.Request.Path.Value ?? "", status), status, started);
        }
    }

    /// <summary>A call of one of the gateway's own methods has ended.</summary>
    /// <param name="context">The request.</param>
    /// <param name="method">The method's full name, with a slash before it.</param>
    /// <param name="started">When it came, as a timestamp of the clock.</param>
    public void OwnEnded(HttpContext context, string method, long started)
    {
        if (_duration.Enabled)
        {
            Record("own", method[1..], StatusOf(context), started);
        }
    }

    public void Dispose() => _meter.Dispose();

    private void Record(string route, string method, StatusCode status, long started) => _duration.Record(
        _time.GetElapsedTime(started).TotalSeconds,
        new TagList
        {
            { "rpc.system.name", "grpc" }, { "rpc.method", method }, { "rpc.response.status_code", Name(status) }, { "route", route },
        });

    /// <summary>Services may send any number; the protocol's own 1000 is the one beyond gRPC's that is shown.</summary>
    private static string Name(StatusCode status) =>
        (int)status >= 0 && (int)status < s_statuses.Length ? s_statuses[(int)status]
        : (int)status == 1000 ? "1000"
        : "UNKNOWN";

    private static StatusCode StatusOf(HttpContext context) =>
        Find(context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers) ?? Find(context.Response.Headers) ?? StatusCode.Unknown;

    private static StatusCode? Find(IHeaderDictionary? headers) =>
        headers is not null && headers.TryGetValue(GrpcHeaderNames.Status, out StringValues values) && values.Count == 1
            && GrpcStatusText.TryParse(values[0], out StatusCode code) ? code : null;
}

/// <summary>
/// The names of a route's methods. The gateway does not know the methods of a service; a name counts as one when a call of it ended OK.
/// Others are `_OTHER`, so a caller who invents names makes no series.
/// </summary>
internal sealed class MethodNames
{
    public const string Other = "_OTHER";

    /// <summary>A service that answers OK to every name makes at most so many series, with names of at most this length.</summary>
    private const int Max = 64, MaxLength = 256;

    private readonly ConcurrentDictionary<string, string> _names = new(concurrencyLevel: 1, capacity: 4, StringComparer.Ordinal);

    /// <param name="path">The path of the request.</param>
    /// <param name="status">How the call ended.</param>
    public string Of(string path, StatusCode status) =>
        _names.TryGetValue(path, out string? name) ? name
        : status == StatusCode.OK && path.Length is > 1 and <= MaxLength && _names.Count < Max ? _names.GetOrAdd(path, path[1..])
        : Other;
}
