using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Gateway.Limits;

/// <summary>How much a client or a service may send, and how many may be there at once.</summary>
public sealed class LimitOptions
{
    public const string Section = "SnetGateway:Limits";

    /// <summary>
    /// Bytes of a request's metadata, 1 KiB to 1 MiB, counted as gRPC does: each name and value, and 32 for each pair. Default 16 KiB. Above it
    /// the call ends with RESOURCE_EXHAUSTED; above four times of it the server's own limit answers.
    /// </summary>
    [Range(1024, 1_048_576)]
    public int MaxMetadataBytes { get; set; } = 16 * 1024;

    /// <summary>Bytes of one message of a request as sent, 1 to 2,147,483,647. Default 4 MiB.</summary>
    [Range(1, int.MaxValue)]
    public int MaxRequestMessageBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>
    /// Bytes of one message of an answer as sent, 1 to 2,147,483,647. Default 4 MiB. A first message above it is refused before anything is
    /// charged; a later one ends its stream.
    /// </summary>
    [Range(1, int.MaxValue)]
    public int MaxResponseMessageBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>Open connections of one protocol on one listener, 1 to 1,000,000. Default 20,000. Further ones are closed at once.</summary>
    [Range(1, 1_000_000)]
    public int MaxConnections { get; set; } = 20_000;

    /// <summary>Cleartext connections that have not yet shown their protocol, 1 to 100,000. Default 1,024. Further ones are closed at once.</summary>
    [Range(1, 100_000)]
    public int MaxUndecidedConnections { get; set; } = 1024;

    /// <summary>Calls at the same time on one HTTP/2 connection, 1 to 100,000. Default 1,000.</summary>
    [Range(1, 100_000)]
    public int MaxStreamsPerConnection { get; set; } = 1000;

    /// <summary>
    /// A consumer's connection that sends nothing for so long is asked for a sign of life (an HTTP/2 PING), 1 s to 1 hour. Default 30 s. A
    /// silent stream of a client that answers lives for as long as it likes.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan PingInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long the answer to it may take before the consumer counts as gone and its calls are cancelled, 1 s to 10 minutes. Default 20 s. On
    /// HTTP/1.1, which knows no ping, TCP asks instead, and a machine that is gone is noticed within both times together.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan PingTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Age at which a consumer's connection is told to go (GOAWAY), give or take a tenth, 0 to 30 days; 0 is never. Its calls go on, its next
    /// one opens a new connection: so replicas behind a TCP balancer get their share again after a restart. Default 0.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan MaxConnectionAge { get; set; }

    /// <summary>How long calls on such a connection may still run before it is cut, 0 to 30 days; 0 is as long as they like. Default 0.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan MaxConnectionAgeGrace { get; set; }

    /// <summary>
    /// How long the gateway still takes calls after it was asked to stop, while `/readyz` already says no, 0 to 10 minutes: as long as the
    /// balancer in front takes to notice. Default 0.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan DrainDelay { get; set; }

    /// <summary>How long running calls may go on after the gateway was asked to stop and `DrainDelay` is over, 0 to 1 hour. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
