using Grpc.Core;
using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Heartbeats;
using SnetGateway.Grpc.Health;
using SnetGateway.ProtoJson;
using SnetGateway.Grpc.Reflection;
using Yarp.ReverseProxy.Configuration;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace SnetGateway.Gateway.Control;

/// <summary>
/// What reflection tells: the gateway's own services, and those behind it that have a route for the host that is called and whose descriptors
/// are known (`SnetGateway:Backends:Clusters`). What no route leads to is not told of.
/// </summary>
internal sealed class GatewayReflection(LiveSnapshot live)
{
    /// <summary>The gateway's own, first: no service behind it can take their names.</summary>
    private static readonly ServiceDescriptor[] Own =
    [
        StateServiceReflection.Descriptor.Services.Single(), HealthReflection.Descriptor.Services.Single(),
        ReflectionEndpoints.Descriptor, ReflectionEndpoints.AlphaDescriptor,
    ];

    private Indexed _last = new(Own, new ReflectionIndex(Own));

    public async ValueTask<ReflectionIndex> FindAsync(HttpContext context, CancellationToken cancellationToken)
    {
        GatewaySnapshot snapshot = live.Current;
        var services = new List<ServiceDescriptor>(Own);
        foreach (IGrouping<string, RouteConfig> cluster in snapshot.Routes
            .Where(route => route.ClusterId is not null && HostPattern.IsAny(route.Match.Hosts, context.Request.Host))
            .GroupBy(route => route.ClusterId!, StringComparer.OrdinalIgnoreCase))
        {
            if (await SchemaOfAsync(snapshot.Backends.Find(cluster.Key), cancellationToken) is { } schema)
            {
                services.AddRange(schema.Files.SelectMany(file => file.Services).Where(service => cluster.Any(route => Leads(route, service))));
            }
        }

        // The same question comes again and again, and an index costs more than a look at what it is made of.
        Indexed last = Volatile.Read(ref _last);
        if (!last.Services.SequenceEqual(services))
        {
            last = new Indexed(services, new ReflectionIndex(services));
            Volatile.Write(ref _last, last);
        }

        return last.Index;
    }

    private static bool Leads(RouteConfig route, ServiceDescriptor service) => HealthFeed.NameOf(route.Match.Path) is not { } name || name == service.FullName;

    private static async ValueTask<ProtoSchema?> SchemaOfAsync(ClusterBackend? backend, CancellationToken cancellationToken)
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
            return null; // its service does not answer now; the others are told of all the same
        }
    }

    private sealed record Indexed(IReadOnlyList<ServiceDescriptor> Services, ReflectionIndex Index);
}
