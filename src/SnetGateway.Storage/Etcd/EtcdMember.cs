using Etcdserverpb;
using Grpc.Net.Client;

namespace SnetGateway.Storage.Etcd;

/// <summary>One member of the cluster: the generated clients that the ledger uses, on a channel that sends each call once.</summary>
internal sealed class EtcdMember
{
    private const int MaxMessage = 64 * 1024 * 1024;

    /// <param name="endpoint">Its client URL.</param>
    /// <param name="http">Shared by all members; the caller disposes it.</param>
    public EtcdMember(Uri endpoint, HttpClient http)
    {
        (Endpoint, Name) = (endpoint, $"{endpoint.Host}:{endpoint.Port}");

        // Without a service configuration the channel does not retry: a write whose outcome is unknown must not be sent again.
        var channel = GrpcChannel.ForAddress(endpoint, new GrpcChannelOptions
        {
            HttpClient = http,
            MaxReceiveMessageSize = MaxMessage,
            ThrowOperationCanceledOnCancellation = true,
        });
        (Kv, Watch, Auth, Maintenance) = (new KV.KVClient(channel), new Watch.WatchClient(channel), new Auth.AuthClient(channel),
            new Maintenance.MaintenanceClient(channel));
    }

    public Uri Endpoint { get; }

    /// <summary>Host and port, for logs.</summary>
    public string Name { get; }

    public KV.KVClient Kv { get; }

    public Watch.WatchClient Watch { get; }

    public Auth.AuthClient Auth { get; }

    public Maintenance.MaintenanceClient Maintenance { get; }
}
