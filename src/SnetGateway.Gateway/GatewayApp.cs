using System.Net;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Control;
using SnetGateway.Gateway.Draining;
using SnetGateway.Gateway.Health;
using SnetGateway.Gateway.Heartbeats;
using SnetGateway.Gateway.Limits;
using SnetGateway.Gateway.Listeners;
using SnetGateway.Gateway.Logging;
using SnetGateway.Gateway.PaymentCore;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Gateway.Web;
using SnetGateway.Payments.Calls;

namespace SnetGateway.Gateway;

/// <summary>
/// The gateway as a table of contents: what is registered, and what a request passes, in order. Everything listed here lives in the folder of
/// its name.
/// </summary>
internal static class GatewayApp
{
    /// <summary>The whole gateway of a configuration that was found right. Nothing is opened and nobody is asked before it starts.</summary>
    public static WebApplication Build(ConfigurationLoader loader, ConfigurationResult result)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions());
        IServiceCollection services = builder.Services;
        services.AddGatewayConfiguration(builder.Configuration, loader, result);
        builder.Logging.AddConsoleLog();

        // Before the listeners, so that the ledger is open when the first call comes, and is the last to close.
        services.AddPaymentCore();
        services.AddControl();
        services.AddSingleton<FindPaidService>(provider => name => provider.GetRequiredService<LiveSnapshot>().Catalog.Find(name));
        services.AddSingleton<FindClusterBackends>(provider => () => provider.GetRequiredService<LiveSnapshot>().Current.Backends);
        services.AddSingleton<FindHeartbeats>(provider => () => provider.GetRequiredService<LiveSnapshot>().Current.Heartbeats);
        services.AddSingleton<AdmitChannelPayment>(provider => provider.GetRequiredService<ChannelPayments>().AdmitAsync);
        builder.AddGateway();
        WebApplication app = builder.Build().UseGateway(mapPublic: endpoints => endpoints.MapControl());
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            var listeners = app.Services.GetRequiredService<ListenerAddresses>();
            (IPEndPoint consumers, IPEndPoint admin) = (listeners.Public, listeners.Admin);
            GatewayLog.Started(app.Logger, consumers, admin);
        });
        return app;
    }

    /// <summary>Services of the wire. The payment core, the catalog and the proxy's configuration are registered by their own folders.</summary>
    public static IReverseProxyBuilder AddGateway(this WebApplicationBuilder builder)
    {
        builder.WebHost.UseKestrelHttpsConfiguration();

        // A variable of the host (ASPNETCORE_URLS, with another that prefers it) would take the place of both listeners.
        builder.WebHost.PreferHostingUrls(false);

        // The forwarder's own lines repeat what ours say, at a level that takes a leaving client for a problem.
        builder.Logging.AddFilter("Yarp.ReverseProxy.Forwarder.HttpForwarder", LogLevel.None);
        builder.Logging.AddFilter("Yarp.ReverseProxy.Forwarder.ForwarderMiddleware", LogLevel.None);

        // The server's own lines about requests say nothing at our levels, and as long as anybody might read them each request carries an
        // activity and a scope for them: 1.5 KB and some microseconds. Whoever listens to activities still gets them.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);

        IServiceCollection services = builder.Services;
        services.AddOptions<LimitOptions>().BindConfiguration(LimitOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddListeners();
        services.TryAddSingleton<Readiness>();
        services.AddOptions<WebOptions>().BindConfiguration(WebOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddPaidCalls();
        services.AddDraining();
        services.AddOptions<HostOptions>().Configure<IOptions<LimitOptions>>((host, limits) => host.ShutdownTimeout = limits.Value.DrainDelay + limits.Value.DrainTimeout);
        return services.AddReverseProxy().WithoutSessionAffinity().AddBackends();
    }

    /// <summary>What a request passes, from the outside in.</summary>
    /// <param name="app">The application.</param>
    /// <param name="mapPublic">Adds the gateway's own methods for consumers.</param>
    /// <param name="mapAdmin">Adds what only the operator may reach.</param>
    public static WebApplication UseGateway(
        this WebApplication app, Action<IEndpointRouteBuilder>? mapPublic = null, Action<IEndpointRouteBuilder>? mapAdmin = null)
    {
        // 1. Probes, on both listeners, before anything that could fail.
        app.UseMiddleware<ProbeMiddleware>();

        // 2. Whatever fails further in, a gRPC client is told so as a gRPC status.
        app.UseMiddleware<FaultMiddleware>();

        // 3. The operator's listener is another world: nothing of a consumer is there, and nothing of it is on the public one.
        app.MapWhen(
            context => context.Features.Get<ListenerKind>() == ListenerKind.Admin,
            branch => branch.Run(BuildAdmin(app, mapAdmin)));

        // 4. Browsers: what their pages may do, and gRPC-Web, which is plain gRPC to everything that follows.
        app.UseMiddleware<CrossOriginMiddleware>();
        app.UseMiddleware<GrpcWebMiddleware>();

        // 5. Which method is it: one of the gateway's own, or one of a service?
        app.UseRouting();
        mapPublic?.Invoke(app);

        // 6. A service's method: payment first, then YARP.
        app.MapReverseProxy(proxy =>
        {
            proxy.UseMiddleware<PaidCallMiddleware>();
            proxy.UseLoadBalancing();
            proxy.UsePassiveHealthChecks();
        }).ConfigureEndpoints((endpoint, route) => endpoint.WithMetadata(new PaidRoute(route)));

        // 7. Nobody's method. No route of its own: that would be a second candidate for every call, and twice the work of choosing.
        app.Use((context, next) => context.GetEndpoint() is null ? UnknownMethod.Answer(context) : next(context));
        return app;
    }

    private static RequestDelegate BuildAdmin(WebApplication app, Action<IEndpointRouteBuilder>? mapAdmin)
    {
        // A builder of its own: a branch of the application would share its routes, and the operator's would be anyone's.
        var admin = new ApplicationBuilder(app.Services);
        admin.UseRouting();
        admin.UseEndpoints(endpoints => mapAdmin?.Invoke(endpoints));
        return admin.Build();
    }
}
