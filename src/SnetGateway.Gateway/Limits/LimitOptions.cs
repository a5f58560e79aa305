using System.ComponentModel.DataAnnotations;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Limits;

/// <summary>Sizes of messages, number and age of connections, rates and budgets of calls, and shutdown.</summary>
public sealed class LimitOptions
{
    public const string Section = "SnetGateway:Limits";

    /// <summary>
    /// Size of a request's metadata in bytes, 1 KiB to 1 MiB, counted as gRPC does: each name and value, plus 32 for each pair. A larger
    /// one gets RESOURCE_EXHAUSTED; above four times the value of startup the HTTP server itself refuses the request. Default 16 KiB.
    /// </summary>
    [Range(1024, 1_048_576), Live]
    public int MaxMetadataBytes { get; set; } = 16 * 1024;

    /// <summary>Size of one request message in bytes as sent, 1 to 2,147,483,647. Default 4 MiB.</summary>
    [Range(1, int.MaxValue), Live]
    public int MaxRequestMessageBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>
    /// Size of one response message in bytes as sent, 1 to 2,147,483,647. A larger first message is refused before anything is charged; a
    /// larger later one ends its stream. Default 4 MiB.
    /// </summary>
    [Range(1, int.MaxValue), Live]
    public int MaxResponseMessageBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>
    /// Requests of the control methods (channel state, prepaid and free-call tokens) that one caller may make in a minute, 60 to
    /// 10,000,000. An SDK makes one to four before each paid call. A party of a known channel and a user with a free-call token are counted
    /// by the address that signed, others by the client's IP address. Default 30,000.
    /// </summary>
    [Range(60, 10_000_000), Live]
    public int ControlRequestsPerMinute { get; set; } = 30_000;

    /// <summary>
    /// Limits on the calls of services, by a name of the operator's. A call must fit in each that covers it. None by default.
    /// </summary>
    [Live]
    public Dictionary<string, RateOptions> Rates { get; set; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Spending caps for each day, by a name of the operator's, under which all replicas count together. None by default.
    /// </summary>
    [Live]
    public Dictionary<string, BudgetOptions> Budgets { get; set; } = new(StringComparer.Ordinal);

    /// <summary>
    /// Open connections for each protocol and listener, 1 to 1,000,000. Further ones are closed immediately. Default 20,000.
    /// </summary>
    [Range(1, 1_000_000)]
    public int MaxConnections { get; set; } = 20_000;

    /// <summary>
    /// Cleartext connections that have not yet shown their protocol. For a further one the oldest is closed. Not a setting: an honest
    /// connection is in this state for one round trip, so 1,024 are enough for 10,000 new connections per second.
    /// </summary>
    internal int MaxUndecidedConnections { get; set; } = 1024;

    /// <summary>
    /// Concurrent calls on one HTTP/2 connection, 1 to 100,000. A client's further calls wait until one ends, or use another connection.
    /// Each takes some 14 KiB from its first frame on. Use more where a proxy sends the calls of many consumers over few connections.
    /// Default 128.
    /// </summary>
    [Range(1, 100_000)]
    public int MaxStreamsPerConnection { get; set; } = 128;

    /// <summary>
    /// Time after which a client's connection that sends nothing gets an HTTP/2 PING, 1 s to 1 hour. A stream without messages stays open
    /// as long as its client responds to the pings. Default 30 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan PingInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Time that a client may take to respond to a PING before its connection is closed and its calls are cancelled, 1 s to 10 minutes.
    /// HTTP/1.1 has no PING: TCP keep-alive detects a lost client within PingInterval and PingTimeout together. Default 20 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan PingTimeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Age, within a tenth, at which a client's connection gets a GOAWAY, 0 to 30 days. Its calls continue, and the client opens a new
    /// connection for its next call: behind a TCP load balancer, a replica that was restarted gets its share again. 0: never. Default 0.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan MaxConnectionAge { get; set; }

    /// <summary>
    /// Time after the GOAWAY of MaxConnectionAge at which calls that still run are cancelled, 0 to 30 days. 0: unlimited. Default 0.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan MaxConnectionAgeGrace { get; set; }

    /// <summary>
    /// Time that the gateway still accepts calls after it was asked to stop, while `/readyz` already fails, 0 to 10 minutes. Use the time
    /// that the load balancer in front needs to notice. Default 0.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan DrainDelay { get; set; }

    /// <summary>Time that running calls may continue after DrainDelay, 0 to 1 hour; then they are cancelled. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
