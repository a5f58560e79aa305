using System.Collections.Immutable;

namespace SnetGateway.Gateway.ServiceMetadata;

/// <summary>A document of the Registry, with its verified content.</summary>
/// <param name="Id">Which document.</param>
/// <param name="Uri">The URI that the Registry has for it.</param>
/// <param name="Content">Its bytes.</param>
internal sealed record PublishedDocument(DocumentId Id, string Uri, ReadOnlyMemory<byte> Content);

/// <summary>Documents of the Registry, one of each organisation and service. Never changed, only replaced as a whole.</summary>
internal sealed record PublishedSet(ImmutableDictionary<DocumentId, PublishedDocument> Documents)
{
    public static PublishedSet Empty { get; } = new(ImmutableDictionary<DocumentId, PublishedDocument>.Empty);

    public PublishedDocument? Find(DocumentId id) => Documents.GetValueOrDefault(id);

    public PublishedSet With(IEnumerable<PublishedDocument> documents) =>
        new(Documents.SetItems(documents.Select(document => KeyValuePair.Create(document.Id, document))));
}
