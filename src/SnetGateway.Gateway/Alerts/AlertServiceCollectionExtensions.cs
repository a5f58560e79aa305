using SnetGateway.Gateway.Hosting;

namespace SnetGateway.Gateway.Alerts;

internal static class AlertServiceCollectionExtensions
{
    /// <summary>Alerts: their rules, their states, and the watch that evaluates them.</summary>
    public static IServiceCollection AddAlerts(this IServiceCollection services)
    {
        services.AddSingleton<IAlertSource, StoreAlerts>();
        services.AddSingleton<IAlertSource, ChainAlerts>();
        services.AddSingleton<IAlertSource, ChannelAlerts>();
        services.AddSingleton<IAlertSource, PayeeAlerts>();
        return services.AddAlertWatch();
    }

    /// <summary>Those that need neither the ledger nor the chain.</summary>
    public static IServiceCollection AddAlertWatch(this IServiceCollection services)
    {
        services.AddOptions<AlertOptions>().BindConfiguration(AlertOptions.Section);
        services.AddSingleton<IAlertSource, InstanceAlerts>();
        services.AddSingleton<IAlertSource, CertificateAlerts>();
        services.AddSingleton<IAlertSource, CounterAlerts>();
        services.AddSingleton<IAlertSource, ErrorEventAlerts>();
        services.AddSingleton<AlertMetrics>();
        services.AddSingleton<AlertStates>();
        services.AddClock().AddHostedService<AlertWatch>();
        return services;
    }
}
