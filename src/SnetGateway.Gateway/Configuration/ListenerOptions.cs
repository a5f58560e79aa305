using System.ComponentModel.DataAnnotations;
using SnetGateway.Gateway.Configuration.Forms;

namespace SnetGateway.Gateway.Configuration;

/// <summary>A port that consumers connect to.</summary>
public sealed class ListenerOptions
{
    /// <summary>IP address and port; port 0 takes a free one. Default 0.0.0.0:7000.</summary>
    [EndPointForm]
    public string Address { get; set; } = "0.0.0.0:7000";

    /// <summary>Certificate chain in PEM, or a PFX file without password. Unset: cleartext.</summary>
    public string? CertificatePath { get; set; }

    /// <summary>Private key of the certificate in PEM. Unset: it is in the certificate's file.</summary>
    public string? KeyPath { get; set; }

    /// <summary>How long a new cleartext connection may take to show whether it speaks HTTP/2, 0.1 s to 1 minute. Default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan PrefaceTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Silence on an HTTP/2 connection after which it is pinged, 1 s to 1 hour. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan PingDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the answer to a ping may take before the connection is closed, 1 s to 5 minutes. Default 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan PingTimeout { get; set; } = TimeSpan.FromSeconds(20);
}
