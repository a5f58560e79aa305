using SnetGateway.Payments.Limits;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Limits;

/// <summary>One configured rate with what was used of it.</summary>
internal sealed class RateLimit
{
    /// <summary>Payers, or clients, that are counted at the same time: some 40 MB, and more than a gateway has in a minute.</summary>
    private const int MaxKeys = 100_000;

    /// <summary>
    /// A part of a shared rate is at least this share of it, so that it is not written for single calls when it nears its end.
    /// </summary>
    private const int LeastShare = 64;

    private static readonly TimeSpan s_maxAhead = TimeSpan.FromMinutes(1);

    private readonly RecentTable<Bucket> _buckets;
    private readonly RecentTable<PartedLimit>? _parts;

    /// <param name="name">Its name in the configuration.</param>
    /// <param name="options">The rate.</param>
    /// <param name="parts">Makes the parts of a shared rate.</param>
    public RateLimit(string name, RateOptions options, Func<LimitKey, PartedLimit> parts)
    {
        Name = name;
        Options = options;
        RateOptions local = options.Shared ? options with { Calls = 0 } : options;
        _buckets = new RecentTable<Bucket>(MaxKeys, _ => new Bucket(local));
        _parts = options is { Shared: true, Calls: > 0 } ? new RecentTable<PartedLimit>(MaxKeys, parts) : null;
    }

    public string Name { get; }

    public RateOptions Options { get; }

    public bool IsPerAddress => Options.Per == RateOptions.Address;

    public bool IsPerPayer => Options.Per == RateOptions.Payer;

    /// <summary>Whether its calls are counted with those of other replicas.</summary>
    public bool IsShared => _parts is not null;

    public bool Covers(string? service, string? method) =>
        (string.IsNullOrEmpty(Options.Service) || Options.Service == service)
        && (string.IsNullOrEmpty(Options.Method) || Options.Method == method);

    /// <summary>Counts a call in this replica. See <see cref="Bucket.Take"/>.</summary>
    public TimeSpan? Take(LimitKey key, out IDisposable? running) => _buckets.Get(key).Take(out running);

    /// <summary>Counts a call of a shared rate.</summary>
    public ValueTask<PartResult> TakeSharedAsync(LimitKey key, DateTimeOffset now, CancellationToken cancellationToken) =>
        _parts!.Get(key).TakeAsync(
            new PartRequest(
                now.UtcTicks / Options.Period.Ticks, (ulong)Options.Calls, UInt256.One, (ulong)(Options.Calls / LeastShare),
                MaxAhead: Math.Max(1, s_maxAhead.Ticks / Options.Period.Ticks)),
            cancellationToken);

    /// <summary>The time until the next period of a shared rate.</summary>
    public TimeSpan Rest(DateTimeOffset now) => TimeSpan.FromTicks(Options.Period.Ticks - (now.UtcTicks % Options.Period.Ticks));
}
