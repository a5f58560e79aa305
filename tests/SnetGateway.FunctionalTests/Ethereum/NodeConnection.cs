namespace SnetGateway.FunctionalTests.Ethereum;

/// <summary>The connection to the node: counts requests, and can be cut for each host name.</summary>
internal sealed class NodeConnection : DelegatingHandler
{
    private readonly Lock _lock = new();
    private readonly List<(string Host, string Method)> _asked = [];
    private readonly HashSet<string> _cut = [];

    public NodeConnection()
        : base(new SocketsHttpHandler())
    {
    }

    public void Cut(string host)
    {
        lock (_lock)
        {
            _cut.Add(host);
        }
    }

    public void Mend(string host)
    {
        lock (_lock)
        {
            _cut.Remove(host);
        }
    }

    /// <summary>Number of requests so far, by JSON-RPC method; channel reads count as "channels".</summary>
    public int Count(string method, string? host = null)
    {
        lock (_lock)
        {
            return _asked.Count(one => one.Method == method && (host is null || one.Host == host));
        }
    }

    public IReadOnlyList<string> TakeAll()
    {
        lock (_lock)
        {
            string[] all = [.. _asked.Select(one => one.Method)];
            _asked.Clear();
            return all;
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string body = await request.Content!.ReadAsStringAsync(cancellationToken);
        using var question = System.Text.Json.JsonDocument.Parse(body);
        System.Text.Json.JsonElement first =
            question.RootElement.ValueKind == System.Text.Json.JsonValueKind.Array ? question.RootElement[0] : question.RootElement;
        string method = first.GetProperty("method").GetString()!;
        bool isRead = body.Contains("0xe5949b5d", StringComparison.Ordinal);
        lock (_lock)
        {
            _asked.Add((request.RequestUri!.Host, isRead ? "channels" : method));
            if (_cut.Contains(request.RequestUri.Host))
            {
                throw new HttpRequestException("The line is cut.");
            }
        }

        return await base.SendAsync(request, cancellationToken);
    }
}
