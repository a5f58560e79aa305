using System.Diagnostics;
using System.Diagnostics.Metrics;
using SnetGateway.Payments.Refusal;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>Counts calls by route and outcome.</summary>
internal sealed class PaidCallMetrics : IDisposable
{
    public const string MeterName = "SnetGateway";

    private static readonly string[] s_reasons = [.. Enum.GetNames<RefusalReason>().Select(Snake)];

    private readonly Meter _meter;
    private readonly Counter<long> _calls;
    private readonly Counter<long> _refusals;

    public PaidCallMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _calls = _meter.CreateCounter<long>("snet_gateway.paid_calls", "{call}", "Calls by the outcome of their payment.");
        _refusals = _meter.CreateCounter<long>(
            "snet_gateway.refusals", "{call}", "Calls that were refused before they were forwarded, by reason.");
    }

    public void CallEnded(string route, PaidCallOutcome outcome)
    {
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

    /// <summary>A refusal's reason as a tag: lower case with underscores.</summary>
    public static string NameOf(RefusalReason reason) => s_reasons[(int)reason];

    public void Dispose() => _meter.Dispose();

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
