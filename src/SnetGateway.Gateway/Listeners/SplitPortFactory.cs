using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Options;

namespace SnetGateway.Gateway.Listeners;

/// <summary>Kestrel's transport for <see cref="SplitEndPoint"/>; other endpoints use the default one.</summary>
internal sealed class SplitPortFactory(IOptions<SocketTransportOptions> options, ILoggerFactory loggers)
    : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    private readonly SocketTransportFactory _sockets = new(options, loggers);

    public bool CanBind(EndPoint endpoint) => endpoint is SplitEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        endpoint is SplitEndPoint half
            ? half.Port.BindAsync(half, _sockets, cancellationToken)
            : throw new NotSupportedException($"{endpoint} is not a half of a split port.");
}
