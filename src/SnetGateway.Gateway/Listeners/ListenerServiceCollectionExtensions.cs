using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Hosting;
using SnetGateway.Gateway.Limits;

namespace SnetGateway.Gateway.Listeners;

internal static class ListenerServiceCollectionExtensions
{
    public static IServiceCollection AddListeners(this IServiceCollection services)
    {
        services.AddOptions<ListenerOptions>().BindConfiguration(ListenerOptions.Section);
        services.AddClock();
        services.TryAddSingleton<ListenerAddresses>();
        services.TryAddSingleton<ServerCertificates>();
        services.TryAddSingleton<CertificateFiles>();
        services.AddHostedService(provider => provider.GetRequiredService<CertificateFiles>());
        services.AddSingleton<IConnectionListenerFactory, SplitPortFactory>();
        services.AddOptions<SocketTransportOptions>().Configure<IOptions<LimitOptions>>((sockets, limits) =>
            sockets.CreateBoundListenSocket = endPoint =>
            {
                // Accepted sockets inherit the options of the listening socket.
                Socket socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint);
                TcpKeepAlive.Set(socket, limits.Value.PingInterval + limits.Value.PingTimeout);
                return socket;
            });
        services.TryAddEnumerable(ServiceDescriptor.Transient<IConfigureOptions<KestrelServerOptions>, KestrelSetup>());
        return services;
    }
}
