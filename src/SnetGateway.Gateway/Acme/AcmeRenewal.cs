using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Listeners;

namespace SnetGateway.Gateway.Acme;

/// <summary>
/// Keeps a certificate for each of `Listeners:Public:Domains`: stored ones are in use before a listener opens; missing ones and those that
/// are due are ordered while the gateway runs. A host whose order fails leaves the others working, and the gateway too.
/// </summary>
internal sealed class AcmeRenewal : IHostedLifecycleService, IDisposable
{
    /// <summary>Certificates of files come first.</summary>
    private const int FirstPlace = 1000;

    private static readonly TimeSpan s_renewalInfoPause = TimeSpan.FromHours(6);
    private static readonly TimeSpan s_renewalInfoLeast = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_renewalInfoMost = TimeSpan.FromDays(1);

    private readonly AcmeOptions _options;
    private readonly AcmeClient _client;
    private readonly AcmeOrdering _ordering;
    private readonly AcmeAccount _account;
    private readonly IAcmeStore _store;
    private readonly TlsChallenge _tlsChallenge;
    private readonly ServerCertificates _certificates;
    private readonly TimeProvider _time;
    private readonly ILogger<AcmeRenewal> _logger;
    private readonly ManagedDomain[] _domains;
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    public AcmeRenewal(
        IOptions<AcmeOptions> options, IOptions<ListenerOptions> listeners, AcmeClient client, AcmeOrdering ordering, AcmeAccount account,
        IAcmeStore store, TlsChallenge tlsChallenge, ServerCertificates certificates, TimeProvider time, ILogger<AcmeRenewal> logger)
    {
        _options = options.Value;
        (_client, _ordering, _account, _store) = (client, ordering, account, store);
        (_tlsChallenge, _certificates, _time, _logger) = (tlsChallenge, certificates, time, logger);
        _domains =
        [
            .. listeners.Value.Public.Domains.Select((name, i) => new ManagedDomain(name.ToLowerInvariant(), FirstPlace + i)),
        ];
    }

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        _certificates.FindChallenge = _tlsChallenge.FindAsync;
        foreach (ManagedDomain domain in _domains)
        {
            if (await TryAsync(domain, () => ReadAsync(domain, cancellationToken), cancellationToken) && domain.InUse is null)
            {
                AcmeLog.Missing(_logger, domain.Name, _options.DirectoryUrl.Host);
            }
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        _running = RunAsync();
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => _stopping.CancelAsync();

    public Task StopAsync(CancellationToken cancellationToken) => _running;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _stopping.Dispose();

    /// <summary>Checks each host once: takes in what another replica stored, and orders what is missing or due.</summary>
    internal async Task CheckAsync(CancellationToken cancellationToken)
    {
        foreach (ManagedDomain domain in _domains)
        {
            await TryAsync(domain, () => KeepAsync(domain, cancellationToken), cancellationToken);
        }
    }

    private async Task RunAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(_options.Interval, _time);
            do
            {
                await CheckAsync(_stopping.Token);
            }
            while (await timer.WaitForNextTickAsync(_stopping.Token));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Shutdown.
        }
    }

    /// <summary>False when it failed. The first failure of a kind is logged.</summary>
    private async Task<bool> TryAsync(ManagedDomain domain, Func<Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work();
            domain.Failure = "";
            return true;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && exception is not OutOfMemoryException)
        {
            if (domain.Failure != exception.Message)
            {
                domain.Failure = exception.Message;
                AcmeLog.StoreFailed(_logger, domain.Name, exception.Message);
            }

            return false;
        }
    }

    /// <summary>Reads what is stored, and puts a newer certificate in use.</summary>
    private async Task<(DomainState State, long Revision)> ReadAsync(ManagedDomain domain, CancellationToken cancellationToken)
    {
        await _account.FindAsync(cancellationToken);
        if (await _store.ReadAsync(domain.Name, cancellationToken) is not { } record)
        {
            return (new DomainState(), 0);
        }

        var state = DomainState.Read(record.Value);

        // An older one is stored where the last could not be written.
        if (state.Chain is { } chain && chain != domain.Chain
            && ReadCertificate(state) is var stored && !(stored.Leaf.NotBefore < domain.InUse?.Leaf.NotBefore))
        {
            Use(domain, chain, stored);
            DateTimeOffset renewAt = RenewalSchedule.RenewAt(stored.Leaf, null);
            AcmeLog.InUse(_logger, domain.Name, stored.NotAfter, renewAt);
        }

        return (state, record.Revision);
    }

    private static TlsCertificate ReadCertificate(DomainState state)
    {
        try
        {
            return TlsCertificate.Read(state.Chain ?? "", state.Key ?? "");
        }
        catch (CryptographicException)
        {
            throw new AcmeException("the stored certificate cannot be read: remove it, or restore it from a copy");
        }
    }

    private async Task KeepAsync(ManagedDomain domain, CancellationToken cancellationToken)
    {
        (DomainState state, long revision) = await ReadAsync(domain, cancellationToken);
        if (domain.InUse is { } certificate)
        {
            await ReadRenewalInfoAsync(domain, certificate, cancellationToken);
            if (_time.GetUtcNow() < RenewalSchedule.RenewAt(certificate.Leaf, domain.Suggested))
            {
                return;
            }
        }

        if (_time.GetUtcNow() >= state.NextOrder)
        {
            await _ordering.OrderAsync(
                domain, state, revision, issued => Use(domain, issued.Chain, issued.Certificate), cancellationToken);
        }
    }

    private void Use(ManagedDomain domain, string chain, TlsCertificate certificate)
    {
        domain.Use(chain, certificate);
        _certificates.Put(domain.Place, certificate);
    }

    /// <summary>Reads the authority's suggestion when it is due. Without one the certificate's lifetime counts.</summary>
    private async Task ReadRenewalInfoAsync(ManagedDomain domain, TlsCertificate certificate, CancellationToken cancellationToken)
    {
        if (_time.GetUtcNow() < domain.NextSuggestion)
        {
            return;
        }

        TimeSpan wait = s_renewalInfoPause;
        try
        {
            if (await _client.ReadRenewalAsync(certificate.Leaf, cancellationToken) is { } suggestion)
            {
                domain.Suggested = suggestion.Window;
                wait = suggestion.RetryAfter ?? wait;
            }
        }
        catch (Exception exception) when (exception is AcmeException or HttpRequestException or IOException or OperationCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            string reason = AcmeException.Describe(exception);
            AcmeLog.RenewalInfoFailed(_logger, domain.Name, reason);
        }

        domain.NextSuggestion =
            _time.GetUtcNow() + TimeSpan.FromTicks(Math.Clamp(wait.Ticks, s_renewalInfoLeast.Ticks, s_renewalInfoMost.Ticks));
    }
}
