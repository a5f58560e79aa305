using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace SnetGateway.Benchmarks.Servers;

/// <summary>YARP and nothing else, as the figure to compare with: one route, one cluster, one destination, no log.</summary>
internal static class BareYarp
{
    public static async Task RunAsync(IPEndPoint endPoint, IPEndPoint service, Version version, CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => ProxySettings.Apply(kestrel, endPoint));
        builder.Services.AddReverseProxy().LoadFromMemory(
            [new RouteConfig { RouteId = "all", ClusterId = "service", Match = new RouteMatch { Path = "{**path}" } }],
            [new ClusterConfig
            {
                ClusterId = "service",
                HttpRequest =
                    new ForwarderRequestConfig { Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact },
                Destinations = new Dictionary<string, DestinationConfig> { ["one"] = new() { Address = $"http://{service}" } },
            }]);
        await using WebApplication app = builder.Build();
        app.MapReverseProxy();
        await app.StartAsync(cancellationToken);
        await EndOfInput.WaitAsync(cancellationToken);
    }
}
