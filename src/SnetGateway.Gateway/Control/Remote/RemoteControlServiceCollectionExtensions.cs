namespace SnetGateway.Gateway.Control.Remote;

internal static class RemoteControlServiceCollectionExtensions
{
    /// <summary>Adds the service where operators are configured.</summary>
    public static IServiceCollection AddRemoteControl(this IServiceCollection services, RemoteControlOptions options)
    {
        services.AddOptions<RemoteControlOptions>().BindConfiguration(RemoteControlOptions.Section);
        return options.OperatorAddresses.Length == 0
            ? services
            : services.AddSingleton<OperatorSignatures>().AddSingleton<RemoteControlService>();
    }
}
