using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.TestKit.Processes;
using Eventually = SnetGateway.FunctionalTests.Infrastructure.Eventually;

namespace SnetGateway.FunctionalTests.Web;

/// <summary>Debian's Chromium with tests/clients/browser/page.html, from another origin: makes calls and reports the results.</summary>
internal static class BrowserPage
{
    // The browser itself, because a signal would only end the script in /usr/bin.
    private const string Browser = "/usr/lib/chromium/chromium-headless-shell";

    public static async Task<IReadOnlyList<PageReport>> RunAsync(string gatewayUrl, params PageCall[] calls)
    {
        var report = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        await using WebApplication server = builder.Build();
        server.MapGet("/", () => Results.Text(
            File.ReadAllText(Repository.Existing("tests/clients/browser/page.html", "the checkout is incomplete")), "text/html"));
        server.MapGet("/grpc-web.js", () => Results.Text(
            File.ReadAllText(Repository.Existing(
                "tests/clients/node/node_modules/grpc-web/index.js",
                "run tests/run.sh, or npm ci in tests/clients/node")), "text/javascript"));
        server.MapGet(
            "/calls.json",
            () => Results.Text(JsonSerializer.Serialize(new { url = gatewayUrl, calls }, JsonSerializerOptions.Web), "application/json"));
        server.MapPost(
            "/report", async (HttpContext context) => report.TrySetResult(await new StreamReader(context.Request.Body).ReadToEndAsync()));
        await server.StartAsync();

        string profile = Directory.CreateTempSubdirectory("snet-browser-").FullName;
        try
        {
            await using var browser = ChildProcess.Start(
                Repository.Existing(Browser, "install Debian's chromium-headless-shell, or run tests/run.sh"),
                [
                    "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
                    "--no-proxy-server",
                    "--ignore-certificate-errors", "--disable-dev-shm-usage", $"--user-data-dir={profile}", "--remote-debugging-port=0",
                    server.Urls.First(),
                ]);
            string text = await report.Task.WithTimeout();
            return JsonSerializer.Deserialize<PageReport[]>(text, JsonSerializerOptions.Web)!;
        }
        finally
        {
            await DeleteAsync(profile);
        }
    }

    /// <summary>The browser's helper processes end a moment after it, and write until then.</summary>
    private static Task DeleteAsync(string folder) => Eventually.TrueAsync(() =>
    {
        try
        {
            Directory.Delete(folder, recursive: true);
            return true;
        }
        catch (IOException)
        {
            return !Directory.Exists(folder);
        }
    }, "the browser's profile is gone");
}

/// <summary>A call that the page makes.</summary>
/// <param name="Path">The method.</param>
/// <param name="Kind">unary or server_streaming.</param>
/// <param name="Format">binary or text.</param>
/// <param name="Text">The message's text.</param>
/// <param name="Metadata">Headers, the payment among them.</param>
internal sealed record PageCall(string Path, string Kind, string Format, string Text, Dictionary<string, string> Metadata);

/// <summary>The result of a call, as the page saw it.</summary>
internal sealed record PageReport(int Code, string Details, PageMessage[] Messages);

internal sealed record PageMessage(string Text, string? Instance);
