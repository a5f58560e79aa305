using System.Collections.Concurrent;
using System.Net;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;
using Status = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace SnetGateway.Gateway.Health.Heartbeats;

/// <summary>
/// Checks whether a service works. Anyone can request heartbeats, so a result is kept for a second: however many request it, the service is
/// checked once.
/// </summary>
internal sealed class HeartbeatCheck(IProxyStateLookup proxy, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan s_freshness = TimeSpan.FromSeconds(1);

    private readonly HttpMessageInvoker _http = new(
        new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false });

    private readonly ConcurrentDictionary<string, RecentCheck> _recent = new(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, EndedCheck> _ended = new(StringComparer.Ordinal);

    /// <summary>Whether the service works; UNKNOWN where no check is configured.</summary>
    public Task<Status> CheckAsync(HeartbeatTarget target)
    {
        if (target.Check.Kind == HeartbeatOptions.None)
        {
            return Task.FromResult(Status.Unknown);
        }

        while (true)
        {
            RecentCheck? last = _recent.GetValueOrDefault(target.Name);
            if (last is not null && ReferenceEquals(last.Target, target) && time.GetElapsedTime(last.Since) < s_freshness)
            {
                return last.Result.Value;
            }

            var next = new RecentCheck(target, time.GetTimestamp(), new Lazy<Task<Status>>(() => CheckNowAsync(target)));
            if (last is null ? _recent.TryAdd(target.Name, next) : _recent.TryUpdate(target.Name, next, last))
            {
                return next.Result.Value;
            }
        }
    }

    /// <summary>The result of the last check that has ended; UNKNOWN before, and where no check is configured.</summary>
    public Status LastOf(HeartbeatTarget target) =>
        _ended.GetValueOrDefault(target.Name) is { } last && ReferenceEquals(last.Target, target) ? last.Status : Status.Unknown;

    public void Dispose() => _http.Dispose();

    private async Task<Status> CheckNowAsync(HeartbeatTarget target)
    {
        Status status = await AskAsync(target);
        _ended[target.Name] = new EndedCheck(target, status);
        return status;
    }

    private async Task<Status> AskAsync(HeartbeatTarget target)
    {
        using var timeout = new CancellationTokenSource(target.Check.Timeout, time);
        try
        {
            bool works = target.Check.Kind == HeartbeatOptions.Http
                ? await HasContentAsync(new Uri(target.Check.Url!), timeout.Token)
                : await IsAnyServingAsync(target, timeout.Token);
            return works ? Status.Serving : Status.NotServing;
        }
        catch (Exception failure) when (IsFailureOfService(failure))
        {
            return Status.NotServing;
        }
    }

    private async Task<bool> HasContentAsync(Uri url, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        using HttpResponseMessage response = await _http.SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return false;
        }

        // One byte shows that the body is not empty; its length does not matter.
        await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
        return await body.ReadAsync(new byte[1], cancellationToken) > 0;
    }

    /// <summary>A service works while one of its instances does: calls go there.</summary>
    private async Task<bool> IsAnyServingAsync(HeartbeatTarget target, CancellationToken cancellationToken)
    {
        var checks = new List<Task<bool>>();
        foreach (string clusterId in target.Clusters)
        {
            if (proxy.TryGetCluster(clusterId, out ClusterState? cluster))
            {
                checks.AddRange(cluster.Destinations.Values.Select(
                    instance => IsServingAsync(cluster.Model.HttpClient, instance, target.Check.HealthName, cancellationToken)));
            }
        }

        return (await Task.WhenAll(checks)).Contains(true);
    }

    /// <summary>Here an instance needs a health service: a heartbeat must not claim what nothing has checked.</summary>
    private static async Task<bool> IsServingAsync(
        HttpMessageInvoker client, DestinationState instance, string name, CancellationToken cancellationToken)
    {
        try
        {
            var address = new Uri(HealthProbeRequests.AddressOf(instance.Model));
            using HttpRequestMessage request = HealthProbe.CreateRequest(address, name, missingIsHealthy: false);
            using HttpResponseMessage response = await client.SendAsync(request, cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (Exception failure) when (IsFailureOfService(failure))
        {
            return false;
        }
    }

    private static bool IsFailureOfService(Exception failure) =>
        failure is HttpRequestException or IOException or OperationCanceledException;

    private sealed record RecentCheck(HeartbeatTarget Target, long Since, Lazy<Task<Status>> Result);

    private sealed record EndedCheck(HeartbeatTarget Target, Status Status);
}
