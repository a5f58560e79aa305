using System.Diagnostics.Metrics;

namespace SnetGateway.Ethereum;

/// <summary>What the chain costs and how fresh the picture of it is.</summary>
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
        _refusals = _meter.CreateCounter<long>("snet_gateway.chain.budget_refusals", "{look}", "Looks at a channel refused because the read budget was empty.");
        _reorganisations = _meter.CreateCounter<long>("snet_gateway.chain.reorganisations", "{reorganisation}", "Times that blocks already followed were replaced.");
        _losses = _meter.CreateCounter<long>("snet_gateway.chain.reorganisation_losses", "{channel}", "Channels served on funds that a reorganisation took.");
        _lostCogs = _meter.CreateCounter<double>("snet_gateway.chain.reorganisation_lost", "{cog}", "Cogs served on funds that a reorganisation took.");
    }

    public void RpcCalled(string method, bool answered) =>
        _calls.Add(1, new KeyValuePair<string, object?>("method", method), new KeyValuePair<string, object?>("outcome", answered ? "answered" : "failed"));

    public void BudgetRefused(bool honest) => _refusals.Add(1, new KeyValuePair<string, object?>("priority", honest ? "honest" : "stranger"));

    public void Reorganised() => _reorganisations.Add(1);

    /// <summary>A double, because a metric has no 256 bits; the log line has the exact number.</summary>
    public void LostToReorganisation(double cogs)
    {
        _losses.Add(1);
        _lostCogs.Add(cogs);
    }

    /// <summary>Adds the gauges. <paramref name="status"/> must be cheap and safe to call from any thread.</summary>
    public void Observe(Func<ChainStatus> status, TimeProvider time)
    {
        _meter.CreateObservableGauge("snet_gateway.chain.head", () => (long)(status().Head?.Number ?? 0), "{block}", "Newest block known.");
        _meter.CreateObservableGauge(
            "snet_gateway.chain.cursor_age",
            () => status().Cursor is { } cursor ? (time.GetUtcNow() - cursor.SeenAt).TotalSeconds : 0,
            "s",
            "Time since the logs of known channels were last complete.");
        _meter.CreateObservableGauge(
            "snet_gateway.chain.endpoints_usable", () => status().Endpoints.Count(endpoint => endpoint.IsUsable), "{endpoint}", "Endpoints that may be asked now.");
        _meter.CreateObservableGauge("snet_gateway.chain.waiting_reads", () => status().WaitingReads, "{look}", "Calls that wait for a look at a channel.");
    }
}
