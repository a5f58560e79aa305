using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Health;
using SnetGateway.Gateway.Health.Heartbeats;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.ProtoJson;
using Yarp.ReverseProxy.Configuration;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace SnetGateway.Gateway.Control;

/// <summary>
/// Reflection: the gateway's own services, and the services behind it that have a route for the requested host and whose descriptors are
/// known (`SnetGateway:Backends:Clusters`). A service without a route is not listed.
/// </summary>
internal sealed class GatewayReflection(LiveSnapshot live) : ServerReflection.ServerReflectionBase
{
    /// <summary>The service as it was named before version 1. Its messages have the same bytes.</summary>
    public const string AlphaName = "grpc.reflection.v1alpha.ServerReflection";

    private Indexed _last = new(OwnServices.Descriptors, new ReflectionIndex(OwnServices.Descriptors));

    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream,
        IServerStreamWriter<ServerReflectionResponse> responseStream,
        ServerCallContext context)
    {
        ReflectionIndex index = await FindAsync(
            HostPattern.AuthorityOf(context.GetHttpContext().Request), context.CancellationToken);
        var sent = new HashSet<FileDescriptor>();
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            await responseStream.WriteAsync(ReflectionResponses.Of(index, requestStream.Current, sent));
        }
    }

    internal async ValueTask<ReflectionIndex> FindAsync(HostString host, CancellationToken cancellationToken)
    {
        GatewaySnapshot snapshot = live.Current;
        var services = new List<ServiceDescriptor>(OwnServices.Descriptors);
        foreach (IGrouping<string, RouteConfig> cluster in snapshot.Routes
            .Where(route => route.ClusterId is not null && HostPattern.IsAny(route.Match.Hosts, host))
            .GroupBy(route => route.ClusterId!, StringComparer.OrdinalIgnoreCase))
        {
            if (await SchemaOfAsync(snapshot.Backends.Find(cluster.Key), cancellationToken) is { } schema)
            {
                services.AddRange(
                    schema.Files.SelectMany(file => file.Services).Where(service => cluster.Any(route => Leads(route, service))));
            }
        }

        // The same request comes again and again, and building an index costs more than comparing what it is built from.
        Indexed last = Volatile.Read(ref _last);
        if (!last.Services.SequenceEqual(services))
        {
            last = new Indexed(services, new ReflectionIndex(services));
            Volatile.Write(ref _last, last);
        }

        return last.Index;
    }

    /// <summary>The gateway answers what it does not offer itself: no route leads there.</summary>
    private static bool Leads(RouteConfig route, ServiceDescriptor service) =>
        !OwnServices.NotOffered.Contains(service.FullName)
        && !CallShape.IsControlService(service.FullName)
        && (HealthFeed.NameOf(route.Match.Path) is not { } name || name == service.FullName);

    /// <summary>What is known of a cluster's services; null for nothing.</summary>
    internal static async ValueTask<ProtoSchema?> SchemaOfAsync(ClusterBackend? backend, CancellationToken cancellationToken)
    {
        if (backend?.Descriptors is not { } descriptors)
        {
            return null;
        }

        try
        {
            return descriptors.Known ?? await descriptors.GetAsync(string.Empty, cancellationToken);
        }
        catch (RpcException)
        {
            return null; // its service does not respond; the others are still listed
        }
    }

    private sealed record Indexed(IReadOnlyList<ServiceDescriptor> Services, ReflectionIndex Index);
}
