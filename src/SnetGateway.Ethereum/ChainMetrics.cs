using System.Diagnostics.Metrics;

namespace SnetGateway.Ethereum;

/// <summary>Metrics of the chain follower: requests to endpoints, the age of the data, reorganisations.</summary>
internal sealed class ChainMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _calls;
    private readonly Counter<long> _refusals;
    private readonly Counter<long> _reorganisations;
    private readonly Counter<long> _losses;
    private readonly Counter<double> _lostCogs;

    public ChainMetrics(IMeterFactory meters)
    {
        _meter = meters.Create("SnetGateway");
        _calls = _meter.CreateCounter<long>("snet_gateway.chain.rpc_calls", "{call}", "JSON-RPC requests by method and outcome.");
        _refusals = _meter.CreateCounter<long>(
            "snet_gateway.chain.budget_refusals", "{read}", "Channel reads that were refused because the read budget was used up.");
        _reorganisations = _meter.CreateCounter<long>(
            "snet_gateway.chain.reorganisations", "{reorganisation}", "Reorganisations that replaced followed blocks.");
        _losses = _meter.CreateCounter<long>(
            "snet_gateway.chain.reorganisation_losses", "{channel}", "Channels whose spent funds a reorganisation removed.");
        _lostCogs = _meter.CreateCounter<double>(
            "snet_gateway.chain.reorganisation_lost", "{cog}", "Cogs that were spent and then removed by a reorganisation.");
        foreach (bool isKnownParty in (bool[])[true, false])
        {
            _refusals.Add(0, Priority(isKnownParty));
        }

        _reorganisations.Add(0);
        _losses.Add(0);
        _lostCogs.Add(0);
    }

    public void RpcCalled(string method, bool succeeded)
    {
        Count(true, succeeded ? 1 : 0);
        Count(false, succeeded ? 0 : 1);

        // Both at each request, so that the first failure of a method is an increase.
        void Count(bool hasSucceeded, long calls) => _calls.Add(
            calls, new KeyValuePair<string, object?>("method", method),
            new KeyValuePair<string, object?>("outcome", hasSucceeded ? "succeeded" : "failed"));
    }

    public void BudgetRefused(bool isKnownParty) => _refusals.Add(1, Priority(isKnownParty));

    public void Reorganised() => _reorganisations.Add(1);

    /// <summary>A double, because metrics have no 256-bit integers. The log message has the exact number.</summary>
    public void LostToReorganisation(double cogs)
    {
        _losses.Add(1);
        _lostCogs.Add(cogs);
    }

    /// <summary>Registers the gauges. <paramref name="status"/> must be cheap and safe to call from any thread.</summary>
    public void Observe(Func<ChainStatus> status, TimeProvider time)
    {
        _meter.CreateObservableGauge(
            "snet_gateway.chain.head", () => (long)(status().Head?.Number ?? 0), "{block}", "Number of the newest known block.");
        _meter.CreateObservableGauge(
            "snet_gateway.chain.cursor_age",
            () => status().Cursor is { } cursor ? (time.GetUtcNow() - cursor.SeenAt).TotalSeconds : 0,
            "s",
            "Time since the logs of known channels were last complete.");
        _meter.CreateObservableGauge(
            "snet_gateway.chain.endpoints_usable", () => status().Endpoints.Count(endpoint => endpoint.IsUsable), "{endpoint}",
            "Endpoints that can be used now.");
        _meter.CreateObservableGauge(
            "snet_gateway.chain.waiting_reads", () => status().WaitingReads, "{read}", "Calls that wait for a channel read.");
    }

    private static KeyValuePair<string, object?> Priority(bool isKnownParty) =>
        new("priority", isKnownParty ? "known_party" : "anonymous");
}
