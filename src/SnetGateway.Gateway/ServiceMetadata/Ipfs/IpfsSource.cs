using System.Net;

namespace SnetGateway.Gateway.ServiceMetadata.Ipfs;

/// <summary>
/// One source of content: the HTTP API of a node, or a gateway. What it gives is verified against the id; a source that gives other content
/// has failed.
/// </summary>
/// <param name="address">Its base URL.</param>
/// <param name="isApi">Whether it is the API of a node (`/api/v0/`); otherwise a gateway (`/ipfs/`).</param>
/// <param name="http">Sends the requests. It follows no redirect.</param>
/// <param name="times">How long it may take.</param>
/// <param name="time">The clock of these times.</param>
internal sealed class IpfsSource(Uri address, bool isApi, HttpMessageInvoker http, IpfsTimes times, TimeProvider time)
{
    /// <summary>Largest block: that of the network's own protocol, 2 MiB, and a little for its frame.</summary>
    private const int MaxBlock = (2 * 1024 * 1024) + 1024;
    private const int MaxBlocks = 4096;

    /// <summary>It did not respond to a request for a block, so whole files are asked for from now on.</summary>
    private volatile bool _isSilentOnBlocks;

    /// <summary>Its host, for messages: paths and queries of providers hold keys.</summary>
    public string Name => address.Authority;

    /// <summary>The content of a file of at most <paramref name="maxBytes"/>.</summary>
    /// <exception cref="IpfsException">It does not have it, gave other content, or took too long.</exception>
    public async ValueTask<byte[]> ReadAsync(Cid id, int maxBytes, CancellationToken cancellationToken)
    {
        // A file has up to 4,096 blocks, and each may take its time.
        using var late = new CancellationTokenSource(times.File, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            return await ReadInTimeAsync(id, maxBytes, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IpfsException($"the file did not arrive within {times.File.TotalSeconds:0} s");
        }
    }

    private async ValueTask<byte[]> ReadInTimeAsync(Cid id, int maxBytes, CancellationToken cancellationToken)
    {
        byte[]? root = await FetchRootAsync(id, Math.Min(MaxBlock, maxBytes + 1024), cancellationToken);
        if (root is not null && id.Matches(root))
        {
            return await ReadBlocksAsync(id, root, maxBytes, cancellationToken);
        }

        // It gives no blocks: public nodes often allow `cat` only, and some gateways ignore that a block is asked for.
        byte[] content = await FetchAsync(FileRequest(id), maxBytes, times.Request, cancellationToken)
            ?? throw new IpfsException("it does not have it");
        return FileTree.Matches(id, content) ? content : throw new IpfsException("it gave other content than the id names");
    }

    /// <summary>The first block; null where the source refuses the request, or does not respond to it.</summary>
    private async ValueTask<byte[]?> FetchRootAsync(Cid id, int maxBytes, CancellationToken cancellationToken)
    {
        if (_isSilentOnBlocks)
        {
            return null;
        }

        try
        {
            return await FetchAsync(BlockRequest(id), maxBytes, times.FirstBlock, cancellationToken);
        }
        catch (IpfsException e) when (e.InnerException is OperationCanceledException)
        {
            _isSilentOnBlocks = true;
            return null;
        }
    }

    private async ValueTask<byte[]> ReadBlocksAsync(Cid id, byte[] root, int maxBytes, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        var open = new Stack<Cid>([id]);
        int blocks = 0;
        while (open.TryPop(out Cid? next))
        {
            if (++blocks > MaxBlocks)
            {
                throw new IpfsException($"it has more than {MaxBlocks} blocks");
            }

            byte[] block = blocks == 1
                ? root
                : await FetchAsync(BlockRequest(next), MaxBlock, times.Request, cancellationToken)
                    ?? throw new IpfsException("it does not have a block of it");
            FileNode node = next.Matches(block)
                ? FileNode.Read(next, block)
                : throw new IpfsException("it gave another block than the id names");
            if (content.Length + node.Content.Length > maxBytes)
            {
                throw new IpfsException($"it is larger than {maxBytes} bytes");
            }

            content.Write(node.Content.Span);
            foreach (Cid link in node.Links.Reverse())
            {
                open.Push(link);
            }
        }

        return content.ToArray();
    }

    private HttpRequestMessage BlockRequest(Cid id) => isApi
        ? new HttpRequestMessage(HttpMethod.Post, At($"api/v0/block/get?arg={id}"))
        : new HttpRequestMessage(HttpMethod.Get, At($"ipfs/{id}?format=raw"))
        {
            Headers = { { "Accept", "application/vnd.ipld.raw" } },
        };

    private HttpRequestMessage FileRequest(Cid id) => isApi
        ? new HttpRequestMessage(HttpMethod.Post, At($"api/v0/cat?arg={id}"))
        : new HttpRequestMessage(HttpMethod.Get, At($"ipfs/{id}"));

    private Uri At(string path) => new(address.AbsoluteUri.TrimEnd('/') + "/" + path);

    /// <summary>The body of a response; null where the source refuses the request.</summary>
    private async ValueTask<byte[]?> FetchAsync(
        HttpRequestMessage request, int maxBytes, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using (request)
        {
            using var deadline = new CancellationTokenSource(timeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
            try
            {
                using HttpResponseMessage response = await http.SendAsync(request, either.Token);
                if (response.StatusCode != HttpStatusCode.OK)
                {
                    return null;
                }

                await response.Content.LoadIntoBufferAsync(maxBytes, either.Token);
                return await response.Content.ReadAsByteArrayAsync(either.Token);
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                throw new IpfsException($"no response within {timeout.TotalSeconds:0} s", e);
            }
            catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded)
            {
                throw new IpfsException($"it is larger than {maxBytes} bytes", e);
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                throw new IpfsException("the connection failed", e);
            }
        }
    }
}
