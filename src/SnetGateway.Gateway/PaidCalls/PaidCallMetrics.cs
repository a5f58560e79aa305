using System.Diagnostics;
using System.Diagnostics.Metrics;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>Counts calls by route and outcome.</summary>
internal sealed class PaidCallMetrics : IDisposable
{
    public const string MeterName = "SnetGateway";

    private static readonly string[] s_reasons = [.. Enum.GetNames<RefusalReason>().Select(Snake)];

    /// <summary>Reasons of the wire's own, which are not those of a payment.</summary>
    private static readonly string[] s_wireReasons = ["no_grpc_call", "no_service", "paused", "fault"];

    private static readonly string[] s_unpaidReasons = [NameOf(RefusalReason.Metadata), NameOf(RefusalReason.RateLimited)];

    private readonly long[] _ended = new long[Enum.GetValues<PaidCallOutcome>().Length];
    private readonly Meter _meter;
    private readonly Counter<long> _calls;
    private readonly Counter<long> _refusals;
    private readonly Counter<double> _earned;
    private readonly Counter<long> _notDelivered;

    public PaidCallMetrics(IMeterFactory meters, LiveSnapshot live)
    {
        _meter = meters.Create(MeterName);
        _calls = _meter.CreateCounter<long>("snet_gateway.paid_calls", "{call}", "Calls by the outcome of their payment.");
        _refusals = _meter.CreateCounter<long>(
            "snet_gateway.refusals", "{call}", "Calls that were refused before they were forwarded, by reason.");
        _earned = _meter.CreateCounter<double>("snet_gateway.earned", "{cog}", "Prices of charged calls.");
        _notDelivered = _meter.CreateCounter<long>(
            "snet_gateway.paid_calls.not_delivered", "{call}",
            "Charged calls whose response the gateway ended before the service did.");
        Begin(live.Current);
        live.Swapped += Begin;
    }

    /// <summary>Calls since the start that ended so.</summary>
    public long Ended(PaidCallOutcome outcome) => Interlocked.Read(ref _ended[(int)outcome]);

    public void CallEnded(string route, PaidCallOutcome outcome)
    {
        Interlocked.Increment(ref _ended[(int)outcome]);
        if (_calls.Enabled)
        {
            _calls.Add(1, new TagList { { "route", route }, { "outcome", Name(outcome) } });
        }
    }

    /// <param name="route">The route's id.</param>
    /// <param name="reason">One of a closed set: a reason of the payment, or one of the wire's own.</param>
    public void Refused(string route, string reason)
    {
        CallEnded(route, PaidCallOutcome.Refused);
        if (_refusals.Enabled)
        {
            _refusals.Add(1, new TagList { { "route", route }, { "reason", reason } });
        }
    }

    /// <summary>A call was charged and has ended.</summary>
    /// <param name="route">Its route's id.</param>
    /// <param name="service">The service that is paid.</param>
    /// <param name="cogs">What it costs. A double in the metric, exact below 2^53: the ledger has the exact sums.</param>
    /// <param name="isDelivered">Whether its response ended as the service ended it.</param>
    public void Charged(string route, string? service, UInt256 cogs, bool isDelivered)
    {
        if (_earned.Enabled)
        {
            _earned.Add(cogs.ToDouble(), new KeyValuePair<string, object?>("service", service));
        }

        if (!isDelivered)
        {
            _notDelivered.Add(1, new KeyValuePair<string, object?>("route", route));
        }
    }

    /// <summary>A refusal's reason as a tag: lower case with underscores.</summary>
    public static string NameOf(RefusalReason reason) => s_reasons[(int)reason];

    public void Dispose() => _meter.Dispose();

    /// <summary>Shows a 0 for each route and each way in which its calls can end.</summary>
    private void Begin(GatewaySnapshot snapshot)
    {
        foreach (PaidRoute route in snapshot.Routes.Select(config => new PaidRoute(config)))
        {
            foreach (PaidCallOutcome outcome in Enum.GetValues<PaidCallOutcome>().Where(one => IsOf(route, one)))
            {
                _calls.Add(0, new TagList { { "route", route.RouteId }, { "outcome", Name(outcome) } });
            }

            foreach (string reason in route.IsPaid ? [.. s_reasons, .. s_wireReasons] : s_unpaidReasons)
            {
                _refusals.Add(0, new TagList { { "route", route.RouteId }, { "reason", reason } });
            }

            if (route is { IsPaid: true, ServiceName: not null })
            {
                _earned.Add(0, new KeyValuePair<string, object?>("service", route.ServiceName));
                _notDelivered.Add(0, new KeyValuePair<string, object?>("route", route.RouteId));
            }
        }
    }

    private static bool IsOf(PaidRoute route, PaidCallOutcome outcome) =>
        outcome == PaidCallOutcome.Refused || route.IsPaid != (outcome == PaidCallOutcome.Unpaid);

    private static string Name(PaidCallOutcome outcome) => outcome switch
    {
        PaidCallOutcome.Settled => "settled",
        PaidCallOutcome.Refused => "refused",
        PaidCallOutcome.NotRecorded => "not_recorded",
        PaidCallOutcome.ServiceFailed => "service_failed",
        PaidCallOutcome.ClientDisconnected => "client_disconnected",
        _ => "unpaid",
    };

    private static string Snake(string name) => string.Concat(
        name.Select((character, at) => $"{(char.IsUpper(character) && at > 0 ? "_" : "")}{char.ToLowerInvariant(character)}"));
}

/// <summary>How a call's payment ended.</summary>
internal enum PaidCallOutcome
{
    /// <summary>The route asks for no payment.</summary>
    Unpaid,

    /// <summary>The payment is durable and the response was sent.</summary>
    Settled,

    /// <summary>Refused before it was forwarded.</summary>
    Refused,

    /// <summary>The response was withheld because its payment could not be written.</summary>
    NotRecorded,

    /// <summary>Released: the service failed.</summary>
    ServiceFailed,

    /// <summary>Released: the client disconnected, or its deadline passed, before the first byte.</summary>
    ClientDisconnected,
}
