namespace SnetGateway.Gateway.Dashboard;

internal static class DashboardServiceCollectionExtensions
{
    /// <summary>What the dashboard has beside the classes of the admin API. Nothing of it is made before the first page.</summary>
    public static IServiceCollection AddDashboard(this IServiceCollection services) => services
        .AddSingleton<FormTokens>();
}
