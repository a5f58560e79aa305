using System.Collections.Frozen;
using System.Diagnostics.Metrics;
using System.Security.Authentication;

namespace SnetGateway.Gateway.Listeners;

/// <summary>
/// The certificates of the public listener. Each new connection gets the newest one for the host that its client names, and the first one
/// where the client names none or an unknown one: both see a replaced certificate.
/// </summary>
internal sealed class ServerCertificates : IDisposable
{
    private readonly Meter _meter;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<int, TlsCertificate> _all = [];
    private volatile FrozenDictionary<string, TlsCertificate> _byName = FrozenDictionary<string, TlsCertificate>.Empty;
    private volatile TlsCertificate? _first;

    public ServerCertificates(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        _meter = meters.Create("SnetGateway");
        _meter.CreateObservableGauge(
            "snet_gateway.tls.time_to_expiry", MeasureExpiry, "s", "Time until the first of the certificates in use expires.");
    }

    /// <summary>
    /// Finds the certificate for an authority that validates a host (<see cref="AcmeHello"/>); null where no challenge is pending.
    /// </summary>
    public Func<string, CancellationToken, ValueTask<TlsCertificate?>> FindChallenge { get; set; } = (_, _) => default;

    /// <summary>The certificates in use, in their order.</summary>
    public IReadOnlyList<TlsCertificate> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _all.Values];
            }
        }
    }

    /// <summary>Puts a certificate in use, in place of the one that had its place.</summary>
    /// <param name="place">Of two certificates for one name, the one with the lower number is used.</param>
    /// <param name="certificate">The certificate.</param>
    public void Put(int place, TlsCertificate certificate)
    {
        lock (_lock)
        {
            _all[place] = certificate;
            var byName = new Dictionary<string, TlsCertificate>(StringComparer.OrdinalIgnoreCase);
            foreach (TlsCertificate one in _all.Values)
            {
                foreach (string name in one.Names)
                {
                    byName.TryAdd(name, one);
                }
            }

            _byName = byName.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
            _first = _all.First().Value;
        }
    }

    /// <summary>The certificate of a new connection.</summary>
    /// <param name="host">The host that the client names (SNI); empty for none.</param>
    /// <exception cref="AuthenticationException">There is none yet: the handshake fails.</exception>
    public TlsCertificate Find(string host)
    {
        int dot = host.IndexOf('.', StringComparison.Ordinal);
        return _byName.TryGetValue(host, out TlsCertificate? exact) ? exact
            : dot > 0 && _byName.TryGetValue($"*{host[dot..]}", out TlsCertificate? wildcard) ? wildcard
            : _first ?? throw new AuthenticationException("There is no certificate yet.");
    }

    public void Dispose() => _meter.Dispose();

    /// <summary>Nothing where there is no certificate.</summary>
    private IEnumerable<Measurement<double>> MeasureExpiry()
    {
        lock (_lock)
        {
            return _all.Count == 0 ? [] : [new((_all.Values.Min(certificate => certificate.NotAfter) - _time.GetUtcNow()).TotalSeconds)];
        }
    }
}
