using SnetGateway.Gateway.Hosting;

namespace SnetGateway.Gateway.Admin;

internal static class AdminServiceCollectionExtensions
{
    /// <summary>What guards the admin listener.</summary>
    public static IServiceCollection AddAdminGuard(this IServiceCollection services) => services
        .AddSingleton<AdminToken>()
        .AddSingleton<AdminSessions>()
        .AddRequestTimeouts();

    /// <summary>First in the pipeline of the admin listener.</summary>
    public static IApplicationBuilder UseAdminGuard(this IApplicationBuilder admin) => admin.UseMiddleware<AdminGuard>();

    /// <summary>What the admin API, the commands and the dashboard show: plain classes, each of which reads one thing.</summary>
    public static IServiceCollection AddAdmin(this IServiceCollection services)
    {
        services.AddOpenApi(AdminApi.Document, options =>
        {
            options.ShouldInclude = one => one.RelativePath?.StartsWith(AdminApi.Prefix[1..], StringComparison.Ordinal) == true;
            options.AddDocumentTransformer((document, _, _) =>
            {
                document.Info = new() { Title = "SnetGateway admin API", Version = AdminApi.Document };
                document.Servers = [];
                return Task.CompletedTask;
            });
        });
        services.AddSingleton<StatusReader>();
        services.AddSingleton<ServiceReader>();
        services.AddSingleton<RunningCallReader>();
        services.AddSingleton<RefusalReader>();
        services.AddSingleton<UnclaimedReader>();
        services.AddSingleton<EarningsReader>();
        services.AddSingleton<ChannelSearch>();
        services.AddSingleton<UsageReporter>();
        services.AddSingleton<LimitReader>();
        services.AddSingleton<ShownConfiguration>();
        services.AddSingleton<LedgerControl>();
        services.AddSingleton<PauseControl>();
        services.AddSingleton<ClaimControl>();
        services.AddSingleton<InstanceControl>();
        services.AddSingleton<Samples>();
        services.AddClock().AddHostedService(provider => provider.GetRequiredService<Samples>());
        return services;
    }
}
