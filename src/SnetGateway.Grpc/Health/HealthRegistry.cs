using System.Collections.Concurrent;
using ServingStatus = SnetGateway.Grpc.Health.HealthCheckResponse.Types.ServingStatus;

namespace SnetGateway.Grpc.Health;

/// <summary>What each service of this server says about its health. The empty name stands for the whole server.</summary>
public sealed class HealthRegistry
{
    private readonly ConcurrentDictionary<string, ServingStatus> _statuses = new(StringComparer.Ordinal);

    // One signal for all services: changes are few, and a watcher of a name that does not exist must cost no memory here.
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes at the next change. Take it before reading a status, and no change can be missed.</summary>
    internal Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>Sets a service's status and tells everyone who watches it.</summary>
    public void Set(string service, ServingStatus status)
    {
        ArgumentNullException.ThrowIfNull(service);
        _statuses[service] = status;
        Announce();
    }

    /// <summary>Forgets a service: who asks for it is told that there is none.</summary>
    public void Remove(string service)
    {
        _statuses.TryRemove(service, out _);
        Announce();
    }

    /// <summary>A service's status, or null when it was never set.</summary>
    public ServingStatus? Find(string service) => _statuses.TryGetValue(service, out var status) ? status : null;

    private void Announce() =>
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
