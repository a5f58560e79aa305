namespace SnetGateway.Gateway.Configuration;

/// <summary>The two listeners.</summary>
public sealed class ListenersOptions
{
    public const string Section = "SnetGateway:Listeners";

    /// <summary>For consumers: gRPC over HTTP/2 and HTTP/1.1, in cleartext or TLS on one port.</summary>
    public ListenerOptions Public { get; set; } = new() { Address = "0.0.0.0:7000" };

    /// <summary>For the operator: metrics and health. Only on a loopback address.</summary>
    public AdminListenerOptions Admin { get; set; } = new();
}
