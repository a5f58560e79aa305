namespace SnetGateway.Gateway.ServiceMetadata.Ipfs;

/// <summary>Reads content from the configured sources, one after the other: the first that gives what the id names.</summary>
internal sealed class IpfsReader : IDisposable
{
    private readonly HttpMessageInvoker _http;
    private readonly IpfsSource[] _sources;

    public IpfsReader(IpfsOptions options, TimeProvider time)
    {
        IpfsTimes times = IpfsTimes.Default;

        // A redirect could lead to an address inside the operator's network.
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ActivityHeadersPropagator = null, // no trace: the URL may contain a key
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = times.Request,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        });
        _sources =
        [
            .. options.ApisInUse.Select(address => new IpfsSource(new Uri(address), isApi: true, _http, times, time)),
            .. options.GatewaysInUse.Select(address => new IpfsSource(new Uri(address), isApi: false, _http, times, time)),
        ];
    }

    /// <summary>The content that a URI of metadata names: `ipfs://`, `filecoin://`, or an id alone.</summary>
    /// <param name="uri">The URI.</param>
    /// <param name="maxBytes">The most that is read.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="IpfsException">No source has it, or it is none of these; the message says what each source gave.</exception>
    public async ValueTask<byte[]> ReadAsync(string uri, int maxBytes, CancellationToken cancellationToken)
    {
        if (!TryReadUri(uri, out Cid? id))
        {
            throw new IpfsException("its address is not an ipfs:// or filecoin:// URI with an id of SHA-256");
        }

        List<string> reasons = [];
        foreach (IpfsSource source in _sources)
        {
            try
            {
                return await source.ReadAsync(id, maxBytes, cancellationToken);
            }
            catch (IpfsException e)
            {
                reasons.Add($"{source.Name}: {e.Message}");
            }
        }

        throw new IpfsException($"no source gave {id}: {string.Join("; ", reasons)}");
    }

    public void Dispose() => _http.Dispose();

    /// <summary>Reads the id of a URI.</summary>
    public static bool TryReadUri(string uri, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Cid? id)
    {
        string[] schemes = ["ipfs://", "filecoin://"];
        string scheme = Array.Find(schemes, one => uri.StartsWith(one, StringComparison.OrdinalIgnoreCase)) ?? "";
        return Cid.TryParse(uri[scheme.Length..].TrimEnd('/'), out id);
    }
}
