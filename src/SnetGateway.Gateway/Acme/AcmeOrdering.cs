using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Listeners;

namespace SnetGateway.Gateway.Acme;

/// <summary>Orders the certificate of one host, and writes down what comes of it.</summary>
/// <remarks>
/// Before an order begins, it is written that it did, with the time before which no other one may. This bounds the orders of a crash loop,
/// and of several replicas one begins; if it ends in the middle, another one takes over at that time.
/// </remarks>
internal sealed class AcmeOrdering(
    IOptions<AcmeOptions> options, IOptions<ListenerOptions> listeners, AcmeClient client, AcmeAccount account, IAcmeStore store,
    TlsChallenge tlsChallenge, TimeProvider time, ILogger<AcmeOrdering> logger)
{
    /// <summary>An order takes seconds. Less than the shortest pause after a failure, so that no two replicas order at a time.</summary>
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan s_afterShutdown = TimeSpan.FromMinutes(1);

    private readonly string _challengeType = listeners.Value.Public.HasHttpChallenges ? "http-01" : "tls-alpn-01";

    /// <summary>Orders, unless another replica has begun. A failure is logged, and no exception.</summary>
    /// <param name="domain">The host.</param>
    /// <param name="state">What is stored of it.</param>
    /// <param name="revision">The revision of the stored state; 0 for none.</param>
    /// <param name="use">Puts the new certificate in use.</param>
    /// <param name="cancellationToken">Shutdown.</param>
    /// <exception cref="AcmeException">The store cannot be read or written.</exception>
    public async Task OrderAsync(
        ManagedDomain domain, DomainState state, long revision, Action<IssuedCertificate> use, CancellationToken cancellationToken)
    {
        AcmeKey key = await account.GetAsync(cancellationToken);
        int failures = state.Failures + 1;
        DomainState attempt = state with
        {
            Failures = failures, Token = null, NextOrder = time.GetUtcNow() + RenewalSchedule.BackOff(failures, Random.Shared),
        };
        var record = new StoredState(store, domain.Name, revision);
        if (!await record.TryWriteAsync(attempt, cancellationToken))
        {
            return; // another replica has begun
        }

        try
        {
            using var limit = new CancellationTokenSource(s_timeout, time);
            using var ends = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            IssuedCertificate issued = await client.OrderAsync(
                key, domain.Name, _challengeType, domain.InUse?.Leaf, (token, ended) => PresentAsync(domain, attempt, record, token, ended),
                ends.Token);
            use(issued);
            DateTimeOffset next = time.GetUtcNow() + RenewalSchedule.LeastAge(issued.Certificate.Leaf);
            await record.TryWriteAsync(
                new DomainState { Chain = issued.Chain, Key = issued.Key, NextOrder = next }, CancellationToken.None);
            AcmeLog.Issued(logger, options.Value.DirectoryUrl.Host, domain.Name, issued.Certificate.NotAfter);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Shutdown. The order counts for nothing, and after a restart there is a pause all the same.
            await record.TryWriteAsync(state with { NextOrder = time.GetUtcNow() + s_afterShutdown }, CancellationToken.None);
            throw;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            DateTimeOffset earliest = time.GetUtcNow() + ((exception as AcmeException)?.RetryAfter ?? TimeSpan.Zero);
            DateTimeOffset next = earliest > attempt.NextOrder ? earliest : attempt.NextOrder;
            AcmeLog.NotIssued(logger, domain.Name, $"{AcmeException.Describe(exception)}.", next, failures);
            await record.TryWriteAsync(attempt with { NextOrder = next }, CancellationToken.None);
        }
    }

    /// <summary>Puts the response to a challenge in place. That to http-01 needs nothing.</summary>
    private async Task PresentAsync(
        ManagedDomain domain, DomainState attempt, StoredState record, string token, CancellationToken cancellationToken)
    {
        if (_challengeType == "tls-alpn-01")
        {
            if (!await record.TryWriteAsync(attempt with { Token = token }, cancellationToken))
            {
                throw new AcmeException("another replica has begun an order for the same host");
            }

            tlsChallenge.Put(domain.Name, token);
        }

        if (store.IsShared)
        {
            // The others have the token, or the key of a new account, by then.
            TimeSpan interval = options.Value.Interval;
            await Task.Delay(interval > TlsChallenge.Age ? interval : TlsChallenge.Age, time, cancellationToken);
        }
    }
}
