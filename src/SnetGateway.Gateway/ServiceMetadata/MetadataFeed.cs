using System.Security.Cryptography;
using SnetGateway.Gateway.ServiceMetadata.Ipfs;
using SnetGateway.Gateway.ServiceMetadata.Protos;
using SnetGateway.Gateway.Validation;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.ServiceMetadata;

/// <summary>
/// Adds the metadata of the services that name their organisation to a configuration, as keys below those of the operator. A document comes
/// from a local file, or else from those that are tried or in force, from the folder of the last ones in force, or from the Registry.
/// Not thread-safe: configurations are read one after the other.
/// </summary>
internal sealed class MetadataFeed(TimeProvider time)
{
    private string[] _files = [];
    private PublishedSet _inForce = PublishedSet.Empty;
    private RegistryOptions _options = new();
    private Payees _payees = new(new RegistryOptions().Folder);

    /// <summary>Raised when metadata has come into force.</summary>
    public event Action<UsedMetadata>? Accepted;

    /// <summary>Finds the payment address of a group in the ledger; null before the ledger is open.</summary>
    public Func<string, string, Address?>? LedgerPayees { get; set; }

    /// <summary>The state of the local files that were read, when they were read last.</summary>
    public string SeenFiles { get; private set; } = "";

    /// <summary>Interval at which the Registry is asked, at least a second also where the last configuration was refused.</summary>
    public TimeSpan Interval => TimeSpan.FromSeconds(Math.Clamp(_options.Interval.TotalSeconds, 1, TimeSpan.SecondsPerDay));

    /// <summary>The documents of the Registry that are in force.</summary>
    public PublishedSet InForce => _inForce;

    /// <summary>Reads what the last configuration needs; null where that is nothing, or there is no Registry.</summary>
    public Func<MetadataSource>? Open { get; private set; }

    /// <summary>The contract from which the last configuration needs documents; null where it needs none, or there is none.</summary>
    public Address? Registry { get; private set; }

    /// <summary>The documents of the Registry that the last configuration needs.</summary>
    public IReadOnlyList<DocumentId> Needed { get; private set; } = [];

    /// <summary>Whether the last configuration lacked a document, because the Registry or IPFS was down.</summary>
    public bool IsIncomplete { get; private set; }

    /// <summary>The same as <see cref="SeenFiles"/>, as it is now.</summary>
    public string ReadFiles() => string.Join('\n', _files.Select(file => $"{file} {HashOf(file)}"));

    /// <summary>
    /// Adds to the keys of a configuration what metadata says and they do not. Adds errors where a document is missing or not valid; then
    /// no key is added.
    /// </summary>
    /// <param name="configured">The operator's keys.</param>
    /// <param name="tried">Documents in place of those in force; null for these.</param>
    /// <param name="errors">Gets the errors.</param>
    /// <param name="cancellationToken">Ends the wait for a source.</param>
    public async ValueTask<UsedMetadata> AddToAsync(
        IDictionary<string, string?> configured, PublishedSet? tried, ErrorList errors, CancellationToken cancellationToken)
    {
        var written = new WrittenKeys(configured.Keys.Any(RegisteredService.IsOrganizationKey)
            ? configured.AsReadOnly()
            : new Dictionary<string, string?>());
        IReadOnlyList<RegisteredService> services = RegisteredService.Read(written, errors);
        _files = [.. services.SelectMany(service => service.Files.All).Distinct(StringComparer.Ordinal)];
        SeenFiles = ReadFiles(); // before the files are read, so that no later change is missed
        Needed = [.. services.SelectMany(service => service.Published).Distinct()];
        Open = null;
        Registry = null;
        IsIncomplete = false;
        if (services.Count == 0 || !errors.IsEmpty || !MetadataOptions.TryRead(configured, out MetadataOptions? options))
        {
            return UsedMetadata.None;
        }

        _payees = options.Registry.Folder == _options.Folder ? _payees : new Payees(options.Registry.Folder);
        _payees.InLedger = LedgerPayees;
        _options = options.Registry;
        var finder = new DocumentFinder(options, time);
        PublishedSet documents = Needed.Count == 0
            ? PublishedSet.Empty
            : await finder.FindAsync(Needed, tried ?? _inForce, errors, cancellationToken);
        Open = Needed.Count == 0 ? null : finder.Open;
        Registry = Open is null ? null : MetadataSource.RegistryOf(options.Registry, options.Chain.ChainId);
        IsIncomplete = finder.IsIncomplete;
        var first = new ErrorList();
        MetadataKeys keys = Read(services, documents, written, first);
        if (!first.IsEmpty && tried is null && _inForce.Documents.IsEmpty && Open is not null && errors.IsEmpty)
        {
            // A start after a change of the configuration that the documents of before do not fit.
            var second = new ErrorList();
            PublishedSet newest = PublishedSet.Empty.With(await finder.FetchAsync(Needed, second, cancellationToken));
            if (second.IsEmpty)
            {
                documents = newest;
                first = new ErrorList();
                keys = Read(services, documents, written, first);
            }
        }

        foreach (ConfigurationError error in first.All)
        {
            errors.Add(error.Path, error.Problem, error.Remedy);
        }

        if (errors.IsEmpty)
        {
            await AddProtosAsync(configured, keys.Protos, errors, cancellationToken);
        }

        foreach ((string key, string? value) in errors.IsEmpty ? keys.Keys : new Dictionary<string, string?>())
        {
            configured.TryAdd(key, value);
        }

        return new UsedMetadata(documents, keys.Payees, keys.Held, keys.Warnings);
    }

    /// <summary>Whether the operator has confirmed an address at this gateway.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public bool IsConfirmed(GroupPayee payee) => _payees.IsConfirmed(payee);

    /// <summary>Whether this gateway had an address in force before.</summary>
    /// <inheritdoc cref="IsConfirmed"/>
    public bool WasSeen(GroupPayee payee) => _payees.WasSeen(payee);

    /// <summary>The ledger has a confirmed address, and is what counts from now on.</summary>
    /// <inheritdoc cref="IsConfirmed"/>
    public void NoteRecorded(GroupPayee payee) => _payees.Set(payee, isConfirmed: false);

    /// <summary>
    /// The documents are in force from now on, and so are payees that were not known before. Both are written to the folder.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be written; the documents are in force all the same.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public void Accept(UsedMetadata used)
    {
        PublishedSet before = _inForce;
        _inForce = used.Documents;
        Accepted?.Invoke(used);
        if (used.Payees.Count > 0)
        {
            _payees.Note(used.Payees);
        }

        var cache = new DocumentCache(_options.Folder);
        foreach (PublishedDocument document in used.Documents.Documents.Values.Where(one => before.Find(one.Id)?.Uri != one.Uri))
        {
            cache.Write(document);
        }
    }

    /// <summary>The archives of services whose methods must be known. Those that were read before need no network.</summary>
    private async ValueTask AddProtosAsync(
        IDictionary<string, string?> configured, IReadOnlyList<ServiceProtos> all, ErrorList errors, CancellationToken cancellationToken)
    {
        var folders = new ProtoFolders(_options.Folder);
        using var ipfs = new IpfsReader(_options.Ipfs, time);
        foreach (ServiceProtos protos in all)
        {
            try
            {
                string folder = folders.Find(protos.Uri) ?? await folders.ReadAsync(ipfs, protos.Uri, cancellationToken);
                foreach (string key in protos.Keys)
                {
                    configured.TryAdd(key, folder);
                }
            }
            catch (IpfsException e)
            {
                IsIncomplete = true;
                Add(e.Message, $"Check {RegistryOptions.Section}:{nameof(RegistryOptions.Ipfs)}");
            }
            catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
            {
                Add(ErrorList.Clean(e.Message), "Publish a tar archive of .proto files, and let the folder be writable");
            }

            void Add(string problem, string remedy) => (protos.Field with { Errors = errors }).Add(problem, remedy);
        }
    }

    private MetadataKeys Read(
        IReadOnlyList<RegisteredService> services, PublishedSet documents, WrittenKeys written, ErrorList errors)
    {
        var keys = new MetadataKeys(written, _payees, errors);
        foreach (RegisteredService service in services)
        {
            if (Parse(service.OrganizationDocument, service.Files.Organization, documents, errors) is { } organization
                && Parse(service.ServiceDocument, service.Files.Service, documents, errors) is { } document)
            {
                keys.Add(service, organization, document);
            }
        }

        return keys;
    }

    private static DocumentField? Parse(DocumentId id, string? file, PublishedSet published, ErrorList errors)
    {
        if (file is null)
        {
            return published.Find(id) is { } document ? DocumentField.Parse($"{id} ({document.Uri})", document.Content, errors) : null;
        }

        try
        {
            using FileStream stream = File.OpenRead(file);
            byte[] content = new byte[Math.Min(stream.Length, DocumentField.MaxBytes + 1)];
            stream.ReadExactly(content);
            return DocumentField.Parse($"{id} ({file})", content, errors);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            errors.Add(file, "the file cannot be read", "Write the path of a file that the gateway's user can read");
            return null;
        }
    }

    private static string HashOf(string file)
    {
        try
        {
            using FileStream stream = File.OpenRead(file);
            return Convert.ToHexString(SHA256.HashData(stream));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return "missing";
        }
    }
}
