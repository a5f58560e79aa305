using System.Text.Json;
using SnetGateway.Gateway.ServiceMetadata.Ipfs;

namespace SnetGateway.Gateway.Publishing;

/// <summary>Adds files to IPFS by the HTTP API of a node.</summary>
internal static class IpfsPublisher
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromMinutes(1);

    /// <summary>Adds a file and pins it.</summary>
    /// <param name="api">The base URL of the API.</param>
    /// <param name="content">The file.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Its id, which the node must agree to: what is registered is what was sent.</returns>
    /// <exception cref="IpfsException">The node did not add it, or added something else.</exception>
    public static async ValueTask<string> AddAsync(Uri api, byte[] content, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { Timeout = s_timeout };
        using var form = new MultipartFormDataContent { { new ByteArrayContent(content), "file", "file" } };
        var add = new Uri($"{api.AbsoluteUri.TrimEnd('/')}/api/v0/add?pin=true&cid-version=0");
        try
        {
            using HttpResponseMessage response = await http.PostAsync(add, form, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                throw new IpfsException($"{api.Authority}: HTTP status {(int)response.StatusCode}");
            }

            using var answer = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
            string hash = answer.RootElement.TryGetProperty("Hash", out JsonElement value) ? value.ToString() : "";
            return Cid.TryParse(hash, out Cid? id) && FileTree.Matches(id, content)
                ? hash
                : throw new IpfsException($"{api.Authority}: the node added other content than was sent");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException or TaskCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            throw new IpfsException($"{api.Authority}: the file could not be added ({e.GetType().Name})", e);
        }
    }
}
