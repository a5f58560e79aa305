using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Gateway.Listeners;

/// <summary>Addresses and certificates of the two listeners.</summary>
public sealed class ListenerOptions
{
    public const string Section = "SnetGateway:Listeners";

    /// <summary>
    /// The listener for consumers: gRPC over HTTP/2 and HTTP/1.1 on one port, in cleartext or, with a certificate, over TLS.
    /// </summary>
    public PublicListenerOptions Public { get; set; } = new();

    /// <summary>The listener for the operator, on loopback: health probes.</summary>
    public AdminListenerOptions Admin { get; set; } = new();
}

/// <summary>The listener for consumers.</summary>
public sealed class PublicListenerOptions
{
    /// <summary>IP address and port to listen on; `[::]:7000` for IPv6. Port 0: any free port. Default 0.0.0.0:7000.</summary>
    [DataType("endpoint")]
    public string Address { get; set; } = "0.0.0.0:7000";

    /// <summary>PEM file with the TLS certificate and its chain. Read at startup. Unset or empty: no TLS.</summary>
    [DataType("file")]
    public string? CertificatePath { get; set; }

    /// <summary>PEM file with the private key of the certificate. Unset or empty: the key is in the certificate's file.</summary>
    [DataType("file")]
    public string? KeyPath { get; set; }

    /// <summary>
    /// Addresses or networks of load balancers, such as 10.0.0.0/8. Connections from them must start with a PROXY protocol header (version
    /// 1 or 2); its source address becomes the client's address. Connections from other addresses must not send one. Empty: none.
    /// </summary>
    [DataType("network")]
    public string[] TrustedProxies { get; set; } = [];

    /// <summary>
    /// Time in which a connection must show its protocol (cleartext) or its PROXY header. Not a setting: every client sends these bytes
    /// immediately, and 5 s cover a lost packet.
    /// </summary>
    internal TimeSpan DecisionTimeout { get; set; } = TimeSpan.FromSeconds(5);
}

/// <summary>The listener for the operator.</summary>
public sealed class AdminListenerOptions
{
    /// <summary>Loopback IP address and port to listen on. Port 0: any free port. Default 127.0.0.1:7001.</summary>
    [DataType("endpoint")]
    public string Address { get; set; } = "127.0.0.1:7001";
}
