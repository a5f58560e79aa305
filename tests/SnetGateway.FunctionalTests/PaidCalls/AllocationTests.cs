using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Logging;
using Xunit;

namespace SnetGateway.FunctionalTests.PaidCalls;

[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
public sealed class AllocationCollection;

/// <summary>
/// What the paid path allocates beyond bare YARP. Client, proxy and service share the process and do the same in both runs, so the
/// difference is the gateway's.
/// </summary>
[Collection(nameof(AllocationTests))]
public sealed class AllocationTests(ITestOutputHelper output)
{
    private const int Calls = 1000;

    [Fact]
    public async Task PaidCall_AllocatesAtMost2KiBMoreThanBareYarp()
    {
        long paid, bare;
        await using (GatewayHarness gateway = await GatewayHarness.StartAsync(
            null, services => services.AddLogging(logging => logging.AddConfiguration(LogDefaults()).AddLogOutput())))
        {
            paid = await MeasureAsync(gateway, gateway.PublicEndPoint.ToString());
            await using WebApplication yarp = await StartYarpAsync(gateway.Service.Address);
            bare = await MeasureAsync(
                gateway,
                new Uri(yarp.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Authority);
        }

        output.WriteLine($"paid {paid} bytes a call, bare YARP {bare}, difference {paid - bare}");
        Assert.InRange(paid - bare, long.MinValue, 2048);
    }

    /// <summary>The log as it ships.</summary>
    private static IConfigurationSection LogDefaults() => new ConfigurationBuilder()
        .AddJsonStream(ConfigurationSources.Defaults("always.json")).Build().GetSection("Logging");

    private static async Task<long> MeasureAsync(GatewayHarness gateway, string authority)
    {
        byte[] body = Wire.Frame(new string('x', 32));
        await RunAsync(gateway, authority, body);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        await RunAsync(gateway, authority, body);
        return (GC.GetTotalAllocatedBytes(precise: true) - before) / Calls;
    }

    private static async Task RunAsync(GatewayHarness gateway, string authority, byte[] body)
    {
        Dictionary<string, string> headers = GatewayHarness.Payment();
        for (int i = 0; i < Calls; i++)
        {
            HttpRequestMessage request = gateway.Request(GatewayHarness.Method, new ByteArrayContent(body), headers);
            request.RequestUri = new Uri($"http://{authority}{GatewayHarness.Method}");
            using HttpResponseMessage response = await gateway.SendAsync(request);
            await response.Content.CopyToAsync(Stream.Null);
        }
    }

    private static async Task<WebApplication> StartYarpAsync(Uri service)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ReverseProxy:Routes:echo:ClusterId"] = "echo",
            ["ReverseProxy:Routes:echo:Match:Path"] = "/{**all}",
            ["ReverseProxy:Clusters:echo:HttpRequest:Version"] = "2",
            ["ReverseProxy:Clusters:echo:HttpRequest:VersionPolicy"] = "RequestVersionExact",
            ["ReverseProxy:Clusters:echo:Destinations:one:Address"] = service.ToString(),
        });
        builder.WebHost.ConfigureKestrel(
            options => options.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        builder.Services.AddReverseProxy().LoadFromConfig(builder.Configuration.GetSection("ReverseProxy"));
        WebApplication app = builder.Build();
        app.MapReverseProxy();
        await app.StartAsync();
        return app;
    }
}
