using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace SnetGateway.Gateway.Listeners;

/// <summary>The bound addresses of the listeners, with their real ports. Available after startup.</summary>
internal sealed class ListenerAddresses
{
    private ListenOptions? _public;
    private ListenOptions? _admin;

    public IPEndPoint Public => Of(_public);

    public IPEndPoint Admin => Of(_admin);

    public void Set(ListenOptions publicListener, ListenOptions adminListener) => (_public, _admin) = (publicListener, adminListener);

    private static IPEndPoint Of(ListenOptions? listener) => listener?.EndPoint switch
    {
        IPEndPoint address => address,
        SplitEndPoint half => half.Port.Address,
        _ => throw new InvalidOperationException("The gateway has not started."),
    };
}
