using System.Collections.Concurrent;
using System.Net;
using SnetGateway.Gateway.Health;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;
using Status = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace SnetGateway.Gateway.Heartbeats;

/// <summary>
/// Checks whether a service works. Anyone can request heartbeats, so a result is kept for a second: however many request it, the service is
/// checked once.
/// </summary>
internal sealed class HeartbeatCheck(IProxyStateLookup proxy, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false });
    private readonly ConcurrentDictionary<string, Asked> _asked = new(StringComparer.Ordinal);

    /// <summary>Whether the service works; UNKNOWN where no check is configured.</summary>
    public Task<Status> AskAsync(HeartbeatTarget subject)
    {
        if (subject.Check.Kind == HeartbeatOptions.None)
        {
            return Task.FromResult(Status.Unknown);
        }

        while (true)
        {
            Asked? last = _asked.GetValueOrDefault(subject.Name);
            if (last is not null && ReferenceEquals(last.Subject, subject) && time.GetElapsedTime(last.At) < Freshness)
            {
                return last.Answer.Value;
            }

            var next = new Asked(subject, time.GetTimestamp(), new Lazy<Task<Status>>(() => AskNowAsync(subject)));
            if (last is null ? _asked.TryAdd(subject.Name, next) : _asked.TryUpdate(subject.Name, next, last))
            {
                return next.Answer.Value;
            }
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<Status> AskNowAsync(HeartbeatTarget subject)
    {
        using var late = new CancellationTokenSource(subject.Check.Timeout, time);
        try
        {
            bool works = subject.Check.Kind == HeartbeatOptions.Http
                ? await IsFetchedAsync(new Uri(subject.Check.Url!), late.Token)
                : await IsAnyServingAsync(subject, late.Token);
            return works ? Status.Serving : Status.NotServing;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
        {
            return Status.NotServing;
        }
    }

    private async Task<bool> IsFetchedAsync(Uri url, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        using HttpResponseMessage answer = await _http.SendAsync(request, cancellationToken);
        if (answer.StatusCode != HttpStatusCode.OK)
        {
            return false;
        }

        // One byte shows that the body is not empty; its length does not matter.
        await using Stream body = await answer.Content.ReadAsStreamAsync(cancellationToken);
        return await body.ReadAsync(new byte[1], cancellationToken) > 0;
    }

    /// <summary>A service works while one of its instances does: calls go there.</summary>
    private async Task<bool> IsAnyServingAsync(HeartbeatTarget subject, CancellationToken cancellationToken)
    {
        var asking = new List<Task<bool>>();
        foreach (string clusterId in subject.Clusters)
        {
            if (proxy.TryGetCluster(clusterId, out ClusterState? cluster))
            {
                asking.AddRange(cluster.Destinations.Values.Select(
                    instance => IsServingAsync(cluster.Model.HttpClient, instance, subject.Check.HealthName, cancellationToken)));
            }
        }

        return (await Task.WhenAll(asking)).Contains(true);
    }

    private static async Task<bool> IsServingAsync(HttpMessageInvoker client, DestinationState instance, string name, CancellationToken cancellationToken)
    {
        string address = string.IsNullOrEmpty(instance.Model.Config.Health) ? instance.Model.Config.Address : instance.Model.Config.Health;
        try
        {
            using HttpRequestMessage request = HealthProbe.CreateRequest(new Uri(address), name, mustExist: true);
            using HttpResponseMessage answer = await client.SendAsync(request, cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or OperationCanceledException)
        {
            return false;
        }
    }

    private sealed record Asked(HeartbeatTarget Subject, long At, Lazy<Task<Status>> Answer);
}
