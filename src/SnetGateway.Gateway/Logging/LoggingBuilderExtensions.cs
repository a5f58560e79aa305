namespace SnetGateway.Gateway.Logging;

internal static class LoggingBuilderExtensions
{
    /// <summary>
    /// Makes the console the only destination of the log. The provider is registered directly: Serilog's own extension methods replace the
    /// logger factory or add another filter, and ignore `Logging:LogLevel` and the filters of this gateway. ASP.NET would then create an
    /// activity and a log scope for each request again (docs/performance.md).
    /// </summary>
    public static ILoggingBuilder AddConsoleLog(this ILoggingBuilder logging)
    {
        logging.ClearProviders();
        logging.Services.AddSingleton<ConsoleLog>();
        logging.Services.AddSingleton(static services => services.GetRequiredService<ConsoleLog>().Provider);
        return logging;
    }
}
