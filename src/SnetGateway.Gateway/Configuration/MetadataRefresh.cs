using SnetGateway.Ethereum.Registry;
using SnetGateway.Gateway.ServiceMetadata;
using SnetGateway.Gateway.ServiceMetadata.Ipfs;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Configuration;

/// <summary>
/// Asks the Registry for changed metadata and puts it in force. It reads the entries themselves, in one request: unlike a filter of events
/// that misses nothing after an outage and needs no care about reorganisations.
/// </summary>
internal sealed class MetadataRefresh(
    ConfigurationLoader loader, ConfigurationReload reload, HeldPayees held, TimeProvider time, ILogger<MetadataRefresh> logger)
    : BackgroundService
{
    private readonly Dictionary<DocumentId, PublishedDocument> _fetched = [];
    private string? _failure;
    private string _refused = "";

    private MetadataFeed Feed => loader.Metadata;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await RefreshAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                MetadataLog.Failed(logger, e);
            }

            // Replicas that started together do not ask together.
            await Task.Delay(Feed.Interval * (0.9 + (0.2 * Random.Shared.NextDouble())), time, stoppingToken);
        }
    }

    /// <summary>Asks once. Nothing is asked where no service needs a document of the Registry.</summary>
    internal async ValueTask RefreshAsync(CancellationToken cancellationToken)
    {
        if (Feed.IsIncomplete)
        {
            reload.Retry();
        }

        if (Feed.Open is not { } open)
        {
            return;
        }

        using MetadataSource source = open();
        List<string> failures = [];
        List<PublishedDocument> changed = await ReadChangedAsync(source, failures, cancellationToken);
        Report(failures);
        if (changed.Count == 0)
        {
            // What cannot be read now may still be held.
            held.Current = failures.Count == 0 ? [] : held.Current;
            _refused = "";
            return;
        }

        // Together first: a group may be renamed in both documents. Then one by one, so that one bad document does not hold up the others.
        ConfigurationResult all = await reload.TryAsync(changed);
        held.Current = all.Metadata.Held;
        if (!all.IsValid && changed.Count > 1)
        {
            foreach (PublishedDocument one in changed)
            {
                await reload.TryAsync([one]);
            }
        }

        ReportRefused(all);
    }

    private async ValueTask<List<PublishedDocument>> ReadChangedAsync(
        MetadataSource source, List<string> failures, CancellationToken cancellationToken)
    {
        IReadOnlyList<DocumentId> needed = Feed.Needed;
        IReadOnlyList<string?> uris = [];
        try
        {
            uris = await source.LocateAsync(needed, cancellationToken);
        }
        catch (RegistryException e)
        {
            failures.Add($"the Registry: {e.Message}.");
        }

        List<PublishedDocument> changed = [];
        foreach ((DocumentId id, string? uri) in needed.Zip(uris))
        {
            if (uri is null)
            {
                failures.Add($"the Registry no longer has the {id}.");
            }
            else if (uri != Feed.InForce.Find(id)?.Uri && await FetchAsync(source, id, uri, failures, cancellationToken) is { } document)
            {
                changed.Add(document);
            }
        }

        return changed;
    }

    /// <summary>A document that is refused is not read again and again.</summary>
    private async ValueTask<PublishedDocument?> FetchAsync(
        MetadataSource source, DocumentId id, string uri, List<string> failures, CancellationToken cancellationToken)
    {
        if (_fetched.TryGetValue(id, out PublishedDocument? known) && known.Uri == uri)
        {
            return known;
        }

        try
        {
            byte[] content = await source.ReadAsync(uri, DocumentField.MaxBytes, cancellationToken);
            return _fetched[id] = new PublishedDocument(id, uri, content);
        }
        catch (IpfsException e)
        {
            failures.Add($"the {id}: {e.Message}.");
            return null;
        }
    }

    private void Report(List<string> failures)
    {
        string? failure = failures.Count == 0 ? null : ErrorList.Clean(string.Join(' ', failures));
        if (failure is not null && failure != _failure)
        {
            MetadataLog.NotRead(logger, failure);
        }
        else if (failure is null && _failure is not null)
        {
            MetadataLog.ReadAgain(logger);
        }

        _failure = failure;
    }

    private void ReportRefused(ConfigurationResult result)
    {
        string refused = string.Join('\n', result.Errors);
        if (refused == _refused)
        {
            return;
        }

        _refused = refused;
        foreach (HeldPayee one in result.Metadata.Held)
        {
            GroupPayee payee = one.Published;
            MetadataLog.PayeeHeld(
                logger, ErrorList.Clean(payee.OrganizationId), $"{payee.Payee}", ErrorList.Clean(payee.GroupName), $"{one.Confirmed}");
        }

        if (result.Errors.Count > result.Metadata.Held.Count)
        {
            MetadataLog.Refused(logger, result.Errors.Count, refused);
        }
    }
}
