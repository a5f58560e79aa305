using System.CommandLine;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SnetGateway.Gateway.Admin;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Listeners;
using SnetGateway.Gateway.Reports;

namespace SnetGateway.Gateway.Cli;

/// <summary>The admin API of the running gateway that a configuration or the options of a command name.</summary>
internal sealed class AdminClient : IDisposable
{
    private static readonly Option<string?> s_address = new("--address")
    {
        Description = "The gateway's admin listener, as 127.0.0.1:7001 or https://gateway.example.org:7001. Default: that of the "
            + "configuration.",
        HelpName = "ADDRESS",
        Recursive = true,
    };

    private static readonly Option<string?> s_tokenFile = new("--token-file")
    {
        Description = "File with the listener's token. Default: Listeners:Admin:TokenPath of the configuration.",
        HelpName = "FILE",
        Recursive = true,
    };

    private readonly CommandContext _context;
    private readonly HttpClient _http;

    private AdminClient(CommandContext context, Uri address, string? tokenFile)
    {
        _context = context;
        _http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
        if (!string.IsNullOrEmpty(tokenFile))
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken.Read(tokenFile));
        }
    }

    /// <summary>Adds its options to a command and those below it.</summary>
    public static Command With(Command command)
    {
        command.Options.Add(s_address);
        command.Options.Add(s_tokenFile);
        return command;
    }

    public static async ValueTask<AdminClient> OpenAsync(CommandContext context, ParseResult parsed)
    {
        ConfigurationResult configuration = await context.Loader(parsed).LoadAsync();
        ListenerOptions listeners = configuration.Options.Listeners;
        string address = parsed.GetValue(s_address) ?? OfConfiguration(listeners);
        return new AdminClient(
            context,
            Uri.TryCreate(address.Contains("://", StringComparison.Ordinal) ? address : $"http://{address}", UriKind.Absolute, out Uri? url)
                ? url
                : throw new CommandException(ExitCodes.Usage, $"'{address}' is not an address: write it as 127.0.0.1:7001"),
            parsed.GetValue(s_tokenFile) ?? listeners.Admin.TokenPath);
    }

    /// <summary>What a path of the API returns.</summary>
    public async Task<T> GetAsync<T>(string path, CancellationToken cancellationToken) =>
        ReportJson.Read<T>(await GetAsync(path, cancellationToken));

    /// <summary>The same as text.</summary>
    public Task<string> GetAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, AdminApi.Prefix + path), cancellationToken);

    /// <summary>Has the gateway do something.</summary>
    public async Task<T> PostAsync<T>(string path, object request, CancellationToken cancellationToken) =>
        ReportJson.Read<T>(await SendAsync(
            new HttpRequestMessage(HttpMethod.Post, AdminApi.Prefix + path)
            {
                Content = new StringContent(ReportJson.Write(request), Encoding.UTF8, "application/json"),
            },
            cancellationToken));

    /// <summary>Has the gateway do something that needs no request body. Returns the response as text.</summary>
    public Task<string> PostAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(
            new HttpRequestMessage(HttpMethod.Post, AdminApi.Prefix + path)
            {
                Content = new StringContent("{}", Encoding.UTF8, "application/json"), // the API takes changes with this type only
            },
            cancellationToken);

    public void Dispose() => _http.Dispose();

    /// <summary>A listener on all addresses is asked on loopback.</summary>
    private static string OfConfiguration(ListenerOptions listeners)
    {
        if (!IPEndPoint.TryParse(listeners.Admin.Address, out IPEndPoint? address) || address.Port == 0)
        {
            throw new CommandException(ExitCodes.Usage, "the configuration names no port of the admin listener: use --address");
        }

        address.Address = address.Address.Equals(IPAddress.Any) ? IPAddress.Loopback
            : address.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback
            : address.Address;
        return $"{(listeners.HasAdminTls ? "https" : "http")}://{address}";
    }

    private async Task<string> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request)
        {
            try
            {
                using HttpResponseMessage response = await _context.WaitAsync(
                    "Waiting for the gateway", new ValueTask<HttpResponseMessage>(_http.SendAsync(request, cancellationToken)));
                string text = await response.Content.ReadAsStringAsync(cancellationToken);
                return response.IsSuccessStatusCode ? text : throw new CommandException(
                    ExitCodes.Failed, ProblemOf(text) ?? $"the gateway responded with {(int)response.StatusCode}");
            }
            catch (Exception exception) when (exception is HttpRequestException
                || (exception is TaskCanceledException && !cancellationToken.IsCancellationRequested))
            {
                throw new CommandException(ExitCodes.Unreachable, $"no gateway at {_http.BaseAddress!.Authority} ({exception.Message})");
            }
        }
    }

    private static string? ProblemOf(string text)
    {
        try
        {
            return (string?)JsonNode.Parse(text)?["detail"];
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
