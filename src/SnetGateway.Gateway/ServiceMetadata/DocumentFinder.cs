using SnetGateway.Ethereum.Registry;
using SnetGateway.Gateway.ServiceMetadata.Ipfs;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.ServiceMetadata;

/// <summary>Finds the documents of the Registry that a configuration needs.</summary>
internal sealed class DocumentFinder(MetadataOptions options, TimeProvider time)
{
    private const int MaxConcurrentReads = 8;

    /// <summary>Opens the Registry and IPFS; null before <see cref="FindAsync"/>, and without a Registry.</summary>
    public Func<MetadataSource>? Open { get; private set; }

    /// <summary>Whether a document is missing because the Registry or IPFS was down.</summary>
    public bool IsIncomplete { get; private set; }

    /// <summary>The needed documents: known ones first, so that a start needs no network.</summary>
    public async ValueTask<PublishedSet> FindAsync(
        IReadOnlyList<DocumentId> needed, PublishedSet known, ErrorList errors, CancellationToken cancellationToken)
    {
        if (MetadataSource.RegistryOf(options.Registry, options.Chain.ChainId) is not { } registry)
        {
            errors.Add(
                $"{RegistryOptions.Section}:{nameof(RegistryOptions.Address)}",
                $"there is no published Registry on chain {options.Chain.ChainId}", "Write the address of the Registry contract");
            return PublishedSet.Empty;
        }

        Open = () => new MetadataSource(options.Chain, registry, options.Registry.Ipfs, time);
        var cache = new DocumentCache(options.Registry.Folder);
        PublishedDocument[] found = [.. needed.Select(id => known.Find(id) ?? cache.Read(id)).OfType<PublishedDocument>()];
        PublishedSet documents = PublishedSet.Empty.With(found);
        DocumentId[] missing = [.. needed.Where(id => documents.Find(id) is null)];
        return missing.Length == 0 ? documents : documents.With(await FetchAsync(missing, errors, cancellationToken));
    }

    /// <summary>Documents as the Registry has them now. Adds an error for each that cannot be had.</summary>
    public async ValueTask<IReadOnlyList<PublishedDocument>> FetchAsync(
        IReadOnlyList<DocumentId> ids, ErrorList errors, CancellationToken cancellationToken)
    {
        using MetadataSource source = Open!();
        List<PublishedDocument> fetched = [];
        IReadOnlyList<string?> uris = [];
        try
        {
            uris = await source.LocateAsync(ids, notBefore: 0, cancellationToken);
        }
        catch (RegistryException e)
        {
            AddMissing(string.Join(", ", ids.Take(3)), $"the Registry cannot be read: {e.Message}", errors);
        }

        // A fleet has many services, and a source that does not respond costs seconds for each.
        var found = new PublishedDocument?[uris.Count];
        string?[] problems = new string?[uris.Count];
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = MaxConcurrentReads, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, uris.Count, parallel, async (i, token) =>
        {
            try
            {
                found[i] = uris[i] is not { } uri
                    ? null
                    : new PublishedDocument(ids[i], uri, await source.ReadAsync(uri, DocumentField.MaxBytes, token));
            }
            catch (IpfsException e)
            {
                problems[i] = e.Message;
            }
        });
        foreach ((int i, string? problem) in problems.Index())
        {
            if (problem is not null)
            {
                AddMissing($"{ids[i]}", problem, errors);
            }
            else if (found[i] is { } document)
            {
                fetched.Add(document);
            }
            else
            {
                errors.Add($"{ids[i]}", "the Registry has none", "Correct the ids of the service, or register it");
            }
        }

        return fetched;
    }

    private void AddMissing(string path, string problem, ErrorList errors)
    {
        IsIncomplete = true;
        errors.Add(path, problem, $"Check the chain's endpoints and {RegistryOptions.Section}:{nameof(RegistryOptions.Ipfs)}");
    }
}
