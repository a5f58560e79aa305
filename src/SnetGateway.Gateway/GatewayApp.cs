using System.Net;
using SnetGateway.Gateway.Acme;
using SnetGateway.Gateway.Admin;
using SnetGateway.Gateway.Alerts;
using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Claims;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Control;
using SnetGateway.Gateway.Control.Remote;
using SnetGateway.Gateway.Control.Training;
using SnetGateway.Gateway.Dashboard;
using SnetGateway.Gateway.Draining;
using SnetGateway.Gateway.Health;
using SnetGateway.Gateway.Hooks;
using SnetGateway.Gateway.Hosting;
using SnetGateway.Gateway.Instances;
using SnetGateway.Gateway.Limits;
using SnetGateway.Gateway.Listeners;
using SnetGateway.Gateway.Logging;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Gateway.PaymentCore;
using SnetGateway.Gateway.Prepaid;
using SnetGateway.Gateway.Prices;
using SnetGateway.Gateway.Telemetry;
using SnetGateway.Gateway.Usage;
using SnetGateway.Gateway.Web;

namespace SnetGateway.Gateway;

/// <summary>
/// The gateway as a table of contents: what is registered, and what a request passes, in order. Each feature lives in the folder of its
/// name.
/// </summary>
internal static class GatewayApp
{
    private const string GrpcWeb = "application/grpc-web";

    /// <summary>The whole gateway of a valid configuration. Nothing is opened and no connection is made before it starts.</summary>
    /// <param name="loader">Reads the configuration again.</param>
    /// <param name="result">The configuration.</param>
    /// <param name="role">What it is beside other gateways of the process; null where there is none.</param>
    public static WebApplication Build(ConfigurationLoader loader, ConfigurationResult result, GatewayRole? role = null)
    {
        role ??= GatewayRole.Only();

        // Not the slim builder, which reads an appsettings.json of the working folder and watches all that lies below it, a ledger too.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        IServiceCollection services = builder.Services;
        services.AddGatewayConfiguration(builder.Configuration, loader, result);
        services.AddSingleton(role);
        builder.Logging.AddConfiguration(builder.Configuration.GetSection("Logging"));
        builder.Logging.AddLogOutput();
        services.AddHooks();
        if (role.StartsLast)
        {
            // Under systemd (Type=notify), reports that the listeners are open, and that the gateway stops. Elsewhere it does nothing.
            services.AddSystemd();
        }

        // Before the listeners, so that the ledger is open before the first call and closed after the last.
        services.AddPaymentCore();
        services.AddUsage();
        services.AddAcme(result.Options.Listeners);
        services.AddPrepaid(result.Options.Prepaid);
        services.AddClaims(result.Options.Claims);
        services.AddHealth();
        services.AddAlerts();
        services.AddOwnServices();
        services.AddTraining();
        services.AddRemoteControl(result.Options.RemoteControl);
        services.AddTelemetry(result.Options.Telemetry.Otlp);
        services.AddAdmin();
        services.AddDashboard();
        builder.AddGateway();
        WebApplication app = builder.Build().StartTelemetry().UseGateway(
            mapPublic: endpoints => endpoints.MapOwnServices(),
            mapAdmin: endpoints =>
            {
                endpoints.MapMetrics();
                endpoints.MapAdminApi();
                endpoints.MapDashboard();
            });
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            ListenerAddresses listeners = app.Services.GetRequiredService<ListenerAddresses>();
            (IPEndPoint consumers, IPEndPoint admin) = (listeners.Public, listeners.Admin);
            GatewayLog.Started(app.Logger, consumers, admin);
        });
        return app;
    }

    /// <summary>
    /// Services of the wire. The payment core, health, the catalog and the proxy's configuration are registered by their own folders.
    /// </summary>
    public static IReverseProxyBuilder AddGateway(this WebApplicationBuilder builder)
    {
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();

        // A host variable (ASPNETCORE_URLS, with another that prefers it) would replace both listeners.
        builder.WebHost.PreferHostingUrls(false);

        // The forwarder's log events repeat ours, at a level at which a disconnected client counts as a problem.
        builder.Logging.AddFilter("Yarp.ReverseProxy.Forwarder.HttpForwarder", LogLevel.None);
        builder.Logging.AddFilter("Yarp.ReverseProxy.Forwarder.ForwarderMiddleware", LogLevel.None);

        // A probe of an instance that is down: a stack trace each time. YARP's DestinationHealthUpdater logs each change of an instance's
        // health in one line.
        builder.Logging.AddFilter("Yarp.ReverseProxy.Health.ActiveHealthCheckMonitor", LogLevel.Error);

        // A stream of the gateway's own that is closed while the package reads its request: an error line for each, caused by the client.
        // What our own methods throw is logged by OwnServiceBinder.
        builder.Logging.AddFilter("Grpc.AspNetCore.Server.ServerCallHandler", LogLevel.None);

        // What the host logs of a failed startup is a stack trace of the error that the command prints in one line.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);

        // The host repeats ours too: that it has started and stops, and each address, the consumers' one twice.
        builder.Logging.AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Warning);

        // The server logs requests below our levels, and while its logger is enabled each request carries an activity and a scope: 1.5 KB
        // and some microseconds. An activity listener still gets activities.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);

        // A client that opens streams and does not read causes critical events, about which an operator can do nothing.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Server.Kestrel.Http2", LogLevel.None);

        IServiceCollection services = builder.Services;
        services.AddCallLimits();
        services.AddListeners();
        services.AddAdminGuard();
        services.AddOptions<WebOptions>().BindConfiguration(WebOptions.Section);
        services.AddPaidCalls();
        services.AddPrices();
        services.AddDraining();
        return services.AddReverseProxy().WithoutSessionAffinity().AddBackends().AddWeights().AddDrains();
    }

    /// <summary>What a request passes, from the outside in.</summary>
    /// <param name="app">The application.</param>
    /// <param name="mapPublic">Adds the gateway's own methods for consumers.</param>
    /// <param name="mapAdmin">Adds what only the operator may reach.</param>
    public static WebApplication UseGateway(
        this WebApplication app, Action<IEndpointRouteBuilder>? mapPublic = null, Action<IEndpointRouteBuilder>? mapAdmin = null)
    {
        // 0. The listener for challenges of a certificate authority serves nothing else.
        if (app.Services.GetService<HttpChallenge>() is { } challenges)
        {
            app.MapWhen(
                context => context.Features.Get<ListenerKind>() == ListenerKind.Challenge,
                branch => branch.Run(challenges.RespondAsync));
        }

        // 1. Probes, on both listeners, before anything that could fail.
        app.UseWhen(context => !HttpMethods.IsPost(context.Request.Method), branch => branch.UseMiddleware<ProbeMiddleware>());

        // 2. An exception further in becomes a gRPC status for a gRPC client.
        app.UseMiddleware<FaultMiddleware>();

        // 3. The admin listener has a pipeline that is separate: neither listener serves anything of the other. It is built for its first
        // request: a tenth of the time of a start.
        var admin = new Lazy<RequestDelegate>(() => BuildAdmin(app, mapAdmin));
        app.MapWhen(
            context => context.Features.Get<ListenerKind>() == ListenerKind.Admin, branch => branch.Run(context => admin.Value(context)));

        // 4. Browsers: CORS, and gRPC-Web, which is plain gRPC to everything that follows.
        app.UseWhen(context => MayBeOfBrowser(context.Request), browsers =>
        {
            browsers.UseWhen(context => HasOrigin(context.Request), branch => branch.UseMiddleware<CrossOriginMiddleware>());
            browsers.UseWhen(context => !IsPlainGrpc(context.Request), branch => branch.UseMiddleware<GrpcWebMiddleware>());
        });

        // 5. Routing: one of the gateway's own methods, or a service's.
        app.UseRouting();
        mapPublic?.Invoke(app);

        // 6. A service's method: payment first, then YARP.
        app.MapReverseProxy(proxy =>
        {
            proxy.UseMiddleware<PaidCallMiddleware>();
            proxy.UseLoadBalancing();
            proxy.UsePassiveHealthChecks();
        }).ConfigureEndpoints((endpoint, route) => endpoint.WithMetadata(new PaidRoute(route)));

        // 7. Unknown methods. Not a route, which would be a second candidate for every call and double the work of routing.
        app.Use((context, next) => context.GetEndpoint() is null ? UnknownMethod.Respond(context) : next(context));
        return app;
    }

    private static bool MayBeOfBrowser(HttpRequest request) => HasOrigin(request) || !IsPlainGrpc(request);

    private static bool HasOrigin(HttpRequest request) => request.Headers.Origin.Count > 0;

    /// <summary>Nearly every call, for which the layers of browsers have nothing to do.</summary>
    private static bool IsPlainGrpc(HttpRequest request) =>
        HttpProtocol.IsHttp2(request.Protocol) && request.ContentType?.StartsWith(GrpcWeb, StringComparison.OrdinalIgnoreCase) != true;

    private static RequestDelegate BuildAdmin(WebApplication app, Action<IEndpointRouteBuilder>? mapAdmin)
    {
        // A separate builder: a branch of the application would share its routes, and consumers could reach the operator's.
        var admin = new ApplicationBuilder(app.Services);
        admin.UseAdminGuard();
        admin.UseRouting();
        admin.UseRequestTimeouts();
        admin.UseEndpoints(endpoints => mapAdmin?.Invoke(endpoints));
        return admin.Build();
    }
}
