using System.Diagnostics;
using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments;

namespace SnetGateway.Gateway.Telemetry;

/// <summary>
/// What the gateway tells monitoring systems: its metrics as Prometheus text on the admin listener, and metrics and traces to a collector.
/// </summary>
internal static class TelemetryServiceCollectionExtensions
{
    /// <summary>The path of the metrics on the admin listener.</summary>
    public const string MetricsPath = "/metrics";

    /// <summary>
    /// Series of one instrument for one route, at most. The package counts no more than a fixed number of series of an instrument.
    /// </summary>
    private const int SeriesOfRoute = 64;

    private const int SeriesByDefault = 2_000;

    public static IServiceCollection AddTelemetry(this IServiceCollection services, OtlpOptions collector)
    {
        string instance = Guid.NewGuid().ToString(); // the package's own is one for the process
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(
                "snet-gateway", serviceVersion: GatewayVersion.Text, serviceInstanceId: instance))
            .WithMetrics(metrics => metrics.AddMeter(PaidCallMetrics.MeterName, "System.Runtime")
                .AddView("dotnet.assembly.count", MetricStreamConfiguration.Drop) // of no use here, and promtool refuses its name
                .AddPrometheusExporter(options => options.ScopeInfoEnabled = false));
        services.ConfigureOpenTelemetryMeterProvider((provider, metrics) =>
        {
            // Twice the routes of the start: a reload may add some.
            int series = Math.Max(SeriesByDefault, 2 * SeriesOfRoute * provider.GetRequiredService<LiveSnapshot>().Current.Routes.Count);
            IMeterFactory own = provider.GetRequiredService<IMeterFactory>();
            metrics.AddView(instrument => instrument.Meter.Name != PaidCallMetrics.MeterName ? null
                : instrument.Meter.Scope != own ? MetricStreamConfiguration.Drop // another gateway of the process counts with it
                : new MetricStreamConfiguration { CardinalityLimit = series });
        });
        if (!string.IsNullOrEmpty(collector.Endpoint))
        {
            services.AddOpenTelemetry()
                .WithMetrics(metrics => metrics.AddOtlpExporter(exporter => Configure(exporter, collector, "metrics")))
                .WithTracing(traces => traces
                    .AddSource(PaymentSpans.SourceName, "Microsoft.AspNetCore", "Yarp.ReverseProxy")
                    .SetSampler(new ParentBasedSampler(new CallSampler(collector.TraceRatio)))
                    .AddProcessor(provider => new OwnSpans(
                        provider.GetRequiredService<ActivitySource>(),
                        new BatchActivityExportProcessor(new OtlpTraceExporter(Configure(new(), collector, "traces"))))));
        }

        return services;
    }

    /// <summary>
    /// Listens to the meters, before anything that counts is created: counters begin with a 0 that is seen, so that a first increase is
    /// too.
    /// </summary>
    public static WebApplication StartTelemetry(this WebApplication app)
    {
        app.Services.GetRequiredService<MeterProvider>();
        app.Services.GetService<TracerProvider>();
        return app;
    }

    /// <summary>Maps the metrics, for the operator's listener.</summary>
    public static void MapMetrics(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapPrometheusScrapingEndpoint(MetricsPath).WithMetadata(new HttpMethodMetadata([HttpMethods.Get]));

    private static OtlpExporterOptions Configure(OtlpExporterOptions exporter, OtlpOptions collector, string signal)
    {
        bool isHttp = collector.Protocol == OtlpOptions.Http;
        exporter.Protocol = isHttp ? OtlpExportProtocol.HttpProtobuf : OtlpExportProtocol.Grpc;
        exporter.Endpoint = new Uri(isHttp ? $"{collector.Endpoint!.TrimEnd('/')}/v1/{signal}" : collector.Endpoint!);
        if (!string.IsNullOrEmpty(collector.HeadersPath))
        {
            exporter.Headers = File.ReadAllText(collector.HeadersPath).Trim();
        }

        return exporter;
    }
}
