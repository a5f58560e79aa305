using System.ComponentModel.DataAnnotations;
using System.Net;

namespace SnetGateway.Gateway.Listeners;

/// <summary>Addresses and certificates of the two listeners.</summary>
public sealed class ListenerOptions
{
    public const string Section = "SnetGateway:Listeners";

    /// <summary>
    /// The listener for consumers: gRPC over HTTP/2 and HTTP/1.1 on one port, in cleartext or, with a certificate, over TLS.
    /// </summary>
    public PublicListenerOptions Public { get; set; } = new();

    /// <summary>The listener for the operator: health probes, metrics and the admin API.</summary>
    public AdminListenerOptions Admin { get; set; } = new();

    /// <summary>Whether the listener for the operator has TLS.</summary>
    internal bool HasAdminTls => Public.IsTls && !Admin.Cleartext
        && IPEndPoint.TryParse(Admin.Address, out IPEndPoint? address) && !IPAddress.IsLoopback(address.Address);
}

/// <summary>The listener for consumers.</summary>
public sealed class PublicListenerOptions
{
    /// <summary>IP address and port to listen on; `[::]:7000` for IPv6. Port 0: any free port. Default 0.0.0.0:7000.</summary>
    [DataType("endpoint")]
    public string Address { get; set; } = "0.0.0.0:7000";

    /// <summary>
    /// PEM file with the TLS certificate and its chain. Read every second: new connections get a replaced certificate. Unset or empty: no
    /// TLS, unless there are `Certificates`.
    /// </summary>
    [DataType("file")]
    public string? CertificatePath { get; set; }

    /// <summary>PEM file with the private key of the certificate. Unset or empty: the key is in the certificate's file.</summary>
    [DataType("file")]
    public string? KeyPath { get; set; }

    /// <summary>
    /// Further certificates, for other hosts: a list, each with its `CertificatePath` and, unless the key is in the same file, `KeyPath`. A
    /// client that names a host (SNI) gets the certificate for it; one that names none, or an unknown one, gets the first of all.
    /// </summary>
    public CertificateOptions[] Certificates { get; set; } = [];

    /// <summary>
    /// Hosts whose certificates are ordered and renewed by the gateway itself, from the authority of `Acme`, one for each host. Their names
    /// must lead to this gateway from the internet.
    /// </summary>
    [DataType("domain")]
    public string[] Domains { get; set; } = [];

    /// <summary>
    /// For `Domains`: IP address and port at which the authority finds this gateway as port 80 of each host, for http-01 challenges.
    /// Nothing else is served there. Unset or empty: tls-alpn-01 challenges, for which it must find `Address` as port 443 of each host.
    /// </summary>
    [DataType("optional endpoint")]
    public string? ChallengeAddress { get; set; }

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

    /// <summary>Whether the listener serves TLS.</summary>
    internal bool IsTls => CertificateFiles.Any() || Domains.Length > 0;

    /// <summary>Whether http-01 challenges are answered, rather than tls-alpn-01 challenges.</summary>
    internal bool HasHttpChallenges => Domains.Length > 0 && !string.IsNullOrEmpty(ChallengeAddress);

    /// <summary>All certificates that files hold, in their order.</summary>
    internal IEnumerable<CertificateOptions> CertificateFiles =>
        string.IsNullOrEmpty(CertificatePath)
            ? Certificates
            : Certificates.Prepend(new CertificateOptions { CertificatePath = CertificatePath, KeyPath = KeyPath });
}

/// <summary>The files of one certificate.</summary>
public sealed class CertificateOptions
{
    /// <summary>PEM file with the certificate and its chain.</summary>
    [Required, DataType("file")]
    public string CertificatePath { get; set; } = "";

    /// <summary>PEM file with its private key. Unset or empty: the key is in the certificate's file.</summary>
    [DataType("file")]
    public string? KeyPath { get; set; }
}

/// <summary>The listener for the operator.</summary>
public sealed class AdminListenerOptions
{
    /// <summary>
    /// IP address and port to listen on. Port 0: any free port. Other than a loopback address only with `TokenPath`, and with TLS or
    /// `Cleartext`. Default 127.0.0.1:7001.
    /// </summary>
    [DataType("endpoint")]
    public string Address { get; set; } = "127.0.0.1:7001";

    /// <summary>
    /// File with a token of 32 to 1,024 characters. Each request but the probes must then have it, as `Authorization: Bearer TOKEN`. Unset:
    /// no token, which is possible on a loopback address only.
    /// </summary>
    [DataType("secret file")]
    public string? TokenPath { get; set; }

    /// <summary>
    /// Host names that requests may use for this listener, beside `localhost` and IP addresses, such as that of a reverse proxy. Requests
    /// with other names are refused, because a web page could have led a browser here by its own name.
    /// </summary>
    [DataType("host")]
    public string[] Hosts { get; set; } = [];

    /// <summary>
    /// If true, the listener may be reached from other machines without TLS: in a private network, or behind a reverse proxy with TLS. If
    /// false, it has TLS on other than a loopback address, with the certificates of the public listener. Default false.
    /// </summary>
    public bool Cleartext { get; set; }
}
