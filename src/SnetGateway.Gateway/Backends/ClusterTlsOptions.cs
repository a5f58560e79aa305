using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Gateway.Backends;

/// <summary>TLS towards the instances of a cluster whose addresses are https. The files are read for each new connection.</summary>
public sealed class ClusterTlsOptions
{
    /// <summary>
    /// PEM file with the authorities of the instances' certificates; only these are trusted. Unset or empty: the authorities of the system.
    /// </summary>
    [DataType("file")]
    public string? CaPath { get; set; }

    /// <summary>PEM file with the client certificate that the gateway shows to the instances. Unset or empty: none.</summary>
    [DataType("file")]
    public string? CertificatePath { get; set; }

    /// <summary>PEM file with its private key. Unset or empty: the key is in the certificate's file.</summary>
    [DataType("file")]
    public string? KeyPath { get; set; }
}
