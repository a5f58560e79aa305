using SnetGateway.Ethereum.Registry;
using SnetGateway.Gateway.ServiceMetadata;
using SnetGateway.Gateway.ServiceMetadata.Ipfs;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Configuration;

/// <summary>
/// Asks the Registry for changed metadata and puts it in force: when its events say so, and at an interval. Either way it reads the entries
/// themselves, in one request, so an event only says when: one too many is harmless, and one that is missed only late.
/// </summary>
internal sealed class MetadataRefresh(
    ConfigurationLoader loader,
    ConfigurationReload reload,
    HeldPayees held,
    RegistryWatch watch,
    TimeProvider time,
    ILogger<MetadataRefresh> logger) : BackgroundService
{
    /// <summary>The shortest time between two checks: the owner of an organisation can make events in each block.</summary>
    private static readonly TimeSpan s_shortestPause = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The longest time to the next check where the Registry has something that is not in force, or its events are not followed.
    /// </summary>
    private static readonly TimeSpan s_longestRetry = TimeSpan.FromMinutes(1);

    private readonly Dictionary<DocumentId, PublishedDocument> _fetched = [];
    private string? _failure;
    private string _refused = "";

    private MetadataFeed Feed => loader.Metadata;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Feed.Accepted += _ => Watch();
        Watch();
        while (!stoppingToken.IsCancellationRequested)
        {
            bool isCurrent = false;
            try
            {
                isCurrent = await RefreshAsync(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                MetadataLog.Failed(logger, e);
            }

            bool mayRest = isCurrent && watch.IsFollowed;
            TimeSpan interval = mayRest || Feed.Interval < s_longestRetry ? Feed.Interval : s_longestRetry;

            // Replicas that started together do not ask together.
            TimeSpan pause = interval * (0.9 + (0.2 * Random.Shared.NextDouble()));
            await Task.Delay(s_shortestPause, time, stoppingToken);
            await watch.WaitAsync(pause - s_shortestPause, stoppingToken);
        }
    }

    private void Watch() => watch.Watch(Feed.Registry, Feed.Needed.Select(document => document.OrganizationId));

    /// <summary>Asks once. Nothing is asked where no service needs a document of the Registry.</summary>
    /// <returns>Whether all is in force that the Registry has.</returns>
    private async ValueTask<bool> RefreshAsync(CancellationToken cancellationToken)
    {
        bool isIncomplete = Feed.IsIncomplete;
        if (isIncomplete)
        {
            reload.Retry();
        }

        ulong block = watch.Take(); // first: what happens from now on causes another check
        if (Feed.Open is not { } open)
        {
            return !isIncomplete;
        }

        using MetadataSource source = open();
        List<string> failures = [];
        List<PublishedDocument> changed = await ReadChangedAsync(source, block, failures, cancellationToken);
        Report(failures);
        if (changed.Count == 0)
        {
            // What cannot be read now may still be held.
            held.Current = failures.Count == 0 ? [] : held.Current;
            _refused = "";
            return failures.Count == 0 && !isIncomplete;
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
        return all.IsValid && failures.Count == 0;
    }

    private async ValueTask<List<PublishedDocument>> ReadChangedAsync(
        MetadataSource source, ulong notBefore, List<string> failures, CancellationToken cancellationToken)
    {
        IReadOnlyList<DocumentId> needed = Feed.Needed;
        IReadOnlyList<string?> uris = [];
        try
        {
            uris = await source.LocateAsync(needed, notBefore, cancellationToken);
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
