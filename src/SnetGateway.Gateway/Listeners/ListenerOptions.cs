using System.ComponentModel.DataAnnotations;
using SnetGateway.Gateway.Configuration.Forms;

namespace SnetGateway.Gateway.Listeners;

/// <summary>Where the gateway listens.</summary>
public sealed class ListenerOptions
{
    public const string Section = "SnetGateway:Listeners";

    /// <summary>For consumers: gRPC over HTTP/2 and HTTP/1.1 on one port, in cleartext or, with a certificate, over TLS.</summary>
    public PublicListenerOptions Public { get; set; } = new();

    /// <summary>For the operator: probes, metrics, administration. On loopback.</summary>
    public AdminListenerOptions Admin { get; set; } = new();
}

/// <summary>The listener for consumers.</summary>
public sealed class PublicListenerOptions
{
    /// <summary>IP address and port, `[::]:7000` for IPv6. Port 0 takes a free one. Default 0.0.0.0:7000.</summary>
    [Required]
    public string Address { get; set; } = "0.0.0.0:7000";

    /// <summary>File with the certificate and its chain (PEM). Unset or empty: cleartext.</summary>
    public string? CertificatePath { get; set; }

    /// <summary>File with the certificate's private key (PEM). Unset or empty: it is in the certificate's file.</summary>
    public string? KeyPath { get; set; }

    /// <summary>
    /// Balancers whose connections begin with a PROXY protocol header (version 1 or 2), by address or network. Required of them, and of nobody
    /// else: the client's address is then the one they name. Empty: none.
    /// </summary>
    [NetworkForm]
    public string[] TrustedProxies { get; set; } = [];

    /// <summary>
    /// How long a connection may take to show its protocol (cleartext) or its balancer's PROXY header, 100 ms to 1 minute. Default 5 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan DecisionTimeout { get; set; } = TimeSpan.FromSeconds(5);
}

/// <summary>The listener for the operator.</summary>
public sealed class AdminListenerOptions
{
    /// <summary>IP address and port. Port 0 takes a free one. Default 127.0.0.1:7001.</summary>
    [Required]
    public string Address { get; set; } = "127.0.0.1:7001";
}
