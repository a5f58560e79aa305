using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using SnetGateway.TestKit.Processes;

namespace SnetGateway.TestKit.Acme;

/// <summary>
/// Adds to an ACME server what Debian's pebble does not have: suggested times of renewal (RFC 9773). Its directory is that of the other
/// server, with one method more.
/// </summary>
public sealed class RenewalServer : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly PebbleProcess _pebble;
    private readonly Task _serving;

    public RenewalServer(PebbleProcess pebble)
    {
        _pebble = pebble;
        Url = new Uri($"http://127.0.0.1:{FreePort.Find()}/");
        _listener.Prefixes.Add(Url.AbsoluteUri);
        _listener.Start();
        _serving = ServeAsync();
    }

    public Uri DirectoryUrl => new(Url, "dir");

    /// <summary>Certificates that were asked for, in order.</summary>
    public ConcurrentQueue<string> Asked { get; } = new();

    /// <summary>The response for a certificate, by its identifier.</summary>
    public Func<string, string> Suggest { get; set; } = _ => "{}";

    /// <summary>If set, the directory is refused with this status and body, for two hours.</summary>
    public (int Status, string Body)? Refusal { get; set; }

    private Uri Url { get; }

    /// <summary>A suggested window, as the standard writes it.</summary>
    public static string Window(DateTimeOffset start, DateTimeOffset end) =>
        new JsonObject { ["suggestedWindow"] = new JsonObject { ["start"] = $"{start:O}", ["end"] = $"{end:O}" } }.ToJsonString();

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                HttpListenerContext context = await _listener.GetContextAsync();
                string path = context.Request.Url!.AbsolutePath;
                string body = Refusal is { } refusal ? refusal.Body : path == "/dir" ? await DirectoryAsync() : Suggestion(path);
                context.Response.StatusCode = Refusal?.Status ?? 200;
                context.Response.Headers["Retry-After"] = "7200";
                await context.Response.OutputStream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(body));
                context.Response.Close();
            }
            catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task<string> DirectoryAsync()
    {
        JsonNode directory = JsonNode.Parse(await _pebble.ReadDirectoryAsync())!;
        directory["renewalInfo"] = new Uri(Url, "renewal").AbsoluteUri;
        return directory.ToJsonString();
    }

    private string Suggestion(string path)
    {
        string id = path[(path.LastIndexOf('/') + 1)..];
        Asked.Enqueue(id);
        return Suggest(id);
    }
}
