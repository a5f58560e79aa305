using SnetGateway.Gateway.Configuration.Forms;

namespace SnetGateway.Gateway.Configuration;

/// <summary>The port that the operator's tools connect to.</summary>
public sealed class AdminListenerOptions
{
    /// <summary>Loopback address and port; port 0 takes a free one. Default 127.0.0.1:7001.</summary>
    [EndPointForm]
    public string Address { get; set; } = "127.0.0.1:7001";
}
