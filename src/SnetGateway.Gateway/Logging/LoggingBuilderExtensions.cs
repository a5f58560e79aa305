using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Hooks;
using SnetGateway.Gateway.Hosting;

namespace SnetGateway.Gateway.Logging;

internal static class LoggingBuilderExtensions
{
    /// <summary>
    /// Makes <see cref="LogOutput"/> the only destination of the log. The provider is registered directly: Serilog's own extension methods
    /// replace the logger factory or add another filter, and ignore `Logging:LogLevel` and the filters of this gateway. ASP.NET would then
    /// create an activity and a log scope for each request again (docs/performance.md).
    /// </summary>
    public static ILoggingBuilder AddLogOutput(this ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.Services.AddClock();
        logging.Services.TryAddSingleton(GatewayRole.Only());
        logging.Services.AddOptions<LogOptions>().BindConfiguration(LogOptions.Section);
        logging.Services.AddSingleton(
            static services => new HookQueues(
                services.GetRequiredService<IOptions<LogOptions>>().Value.Hooks, services.GetRequiredService<GatewayRole>().Name));
        logging.Services.AddSingleton<ErrorEventCounter>();
        logging.Services.AddSingleton<LogOutput>();
        logging.Services.AddSingleton(static services => services.GetRequiredService<LogOutput>().Provider);
        return logging;
    }
}
