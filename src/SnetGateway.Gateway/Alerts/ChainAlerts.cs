using SnetGateway.Ethereum;
using SnetGateway.Ethereum.Follower;

namespace SnetGateway.Gateway.Alerts;

/// <summary>The chain is not read.</summary>
internal sealed class ChainAlerts(ChainFollower follower, ChainOptions chain, TimeProvider time) : IAlertSource
{
    private static readonly TimeSpan s_least = TimeSpan.FromMinutes(1);

    private readonly DateTimeOffset _start = time.GetUtcNow();

    public IEnumerable<AlertProblem> Find(AlertOptions options)
    {
        if (!chain.IsConfigured)
        {
            yield break;
        }

        ChainStatus status = follower.Status;
        TimeSpan age = time.GetUtcNow() - (status.Cursor?.SeenAt ?? _start);
        TimeSpan half = chain.StalenessBound / 2;
        if (age >= (options.ChainAge ?? (half > s_least ? half : s_least)))
        {
            yield return new AlertProblem(
                AlertRule.ChainStale, "",
                FormattableString.Invariant($"The chain was last followed {age.TotalSeconds:F0} s ago; after {chain.StalenessBound} the ")
                    + "gateway is not ready.");
        }

        if (!status.Endpoints.Any(endpoint => endpoint.IsUsable))
        {
            yield return new AlertProblem(
                AlertRule.ChainUnreachable, "", $"None of the {status.Endpoints.Count} endpoints of the chain can be used.");
        }
    }
}
