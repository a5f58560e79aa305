using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.Dashboard;

/// <summary>
/// Debian's Chromium with one page, driven over its DevTools protocol: a few commands, for which no driver is worth a package.
/// </summary>
internal sealed class Chromium : IAsyncDisposable
{
    private const string Browser = "/usr/lib/chromium/chromium-headless-shell";

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    private readonly string _profile = Directory.CreateTempSubdirectory("snet-browser-").FullName;
    private readonly ClientWebSocket _socket = new();
    private ChildProcess _process = null!;
    private int _id;

    public static async Task<Chromium> StartAsync()
    {
        var browser = new Chromium();
        browser._process = ChildProcess.Start(
            Repository.Existing(Browser, "install Debian's chromium-headless-shell, or run tests/run.sh"),
            [
                "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
                "--no-proxy-server", "--disable-dev-shm-usage", "--hide-scrollbars", $"--user-data-dir={browser._profile}",
                "--remote-debugging-port=0", "about:blank",
            ]);
        string portFile = Path.Combine(browser._profile, "DevToolsActivePort");
        string[] lines = [];
        await Eventually.TrueAsync("the browser listens", async () =>
        {
            lines = File.Exists(portFile) ? await File.ReadAllLinesAsync(portFile) : [];
            return lines.Length > 1;
        });
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        JsonElement pages = await http.GetFromJsonAsync<JsonElement>($"http://127.0.0.1:{lines[0]}/json/list");
        string address = pages.EnumerateArray().First(page => page.GetProperty("type").GetString() == "page")
            .GetProperty("webSocketDebuggerUrl").GetString()!;
        await browser._socket.ConnectAsync(new Uri(address), default);
        await browser.SendAsync("Page.enable");
        return browser;
    }

    /// <summary>Width in CSS pixels, and the colours.</summary>
    public async Task ShowAsync(int width, int height, bool isDark)
    {
        await SendAsync("Emulation.setDeviceMetricsOverride", new JsonObject
        {
            ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = width < 600,
        });
        await SendAsync("Emulation.setEmulatedMedia", new JsonObject
        {
            ["features"] = new JsonArray(new JsonObject
            {
                ["name"] = "prefers-color-scheme", ["value"] = isDark ? "dark" : "light",
            }),
        });
    }

    /// <summary>Loads a page.</summary>
    public async Task GoAsync(string url)
    {
        await EvaluateAsync("window.snetOld = true; 0");
        await SendAsync("Page.navigate", new JsonObject { ["url"] = url });
        await LoadedAsync();
    }

    /// <summary>Waits until another page than the one that was marked has loaded.</summary>
    public Task LoadedAsync() => Eventually.TrueAsync("the page has loaded", async () =>
    {
        try
        {
            return (await EvaluateAsync("document.readyState === 'complete' && !window.snetOld && location.href !== 'about:blank'"))
                ?.GetValue<bool>() == true;
        }
        catch (InvalidOperationException)
        {
            return false; // between two pages
        }
    });

    /// <summary>Marks the page, so that <see cref="LoadedAsync"/> waits for the next one.</summary>
    public Task LeavingAsync() => EvaluateAsync("window.snetOld = true; 0");

    /// <summary>The value of an expression, or of its promise.</summary>
    public async Task<JsonNode?> EvaluateAsync(string expression)
    {
        JsonNode result = await SendAsync("Runtime.evaluate", new JsonObject
        {
            ["expression"] = expression, ["awaitPromise"] = true, ["returnByValue"] = true,
        });
        return result["exceptionDetails"] is { } fault
            ? throw new InvalidOperationException($"{expression[..Math.Min(80, expression.Length)]}: {fault.ToJsonString()}")
            : result["result"]!["value"]?.DeepClone();
    }

    public async Task<string> TextAsync(string expression) => (await EvaluateAsync(expression))?.ToString() ?? "";

    /// <summary>Presses keys, one after the other: Tab, Shift+Tab, Enter, Space, or a character.</summary>
    public async Task PressAsync(params string[] keys)
    {
        foreach (string key in keys)
        {
            (string name, int code, string? text) = key switch
            {
                "Tab" or "Shift+Tab" => ("Tab", 9, null),
                "Enter" => ("Enter", 13, "\r"),
                "Space" => (" ", 32, " "),
                _ => (key, key[0], key),
            };
            var down = new JsonObject
            {
                ["type"] = text is null ? "rawKeyDown" : "keyDown", ["key"] = name, ["windowsVirtualKeyCode"] = code,
                ["modifiers"] = key.StartsWith("Shift+", StringComparison.Ordinal) ? 8 : 0,
            };
            if (text is not null)
            {
                down["text"] = text;
            }

            await SendAsync("Input.dispatchKeyEvent", down);
            await SendAsync("Input.dispatchKeyEvent", new JsonObject
            {
                ["type"] = "keyUp", ["key"] = name, ["windowsVirtualKeyCode"] = code,
            });
        }
    }

    /// <summary>Presses Tab until an element has the focus. Fails where it does not get it.</summary>
    /// <param name="selector">The element.</param>
    public async Task TabToAsync(string selector)
    {
        string isThere = $"document.activeElement.matches({JsonSerializer.Serialize(selector)})";
        for (int i = 0; i < 300; i++)
        {
            await PressAsync("Tab");
            if ((await EvaluateAsync(isThere))!.GetValue<bool>())
            {
                return;
            }
        }

        Assert.Fail($"No key leads to {selector}: {await TextAsync("document.body.outerHTML")}");
    }

    /// <summary>Clicks a link or a button that leads to another page.</summary>
    public async Task ClickAsync(string selector)
    {
        await LeavingAsync();
        await EvaluateAsync($"document.querySelector({JsonSerializer.Serialize(selector)}).click(); 0");
        await LoadedAsync();
    }

    /// <summary>Runs a script in each page before its own ones.</summary>
    /// <returns>Its name for <see cref="EndScriptAsync"/>.</returns>
    public async Task<string> BeginScriptAsync(string script)
    {
        JsonNode result = await SendAsync("Page.addScriptToEvaluateOnNewDocument", new JsonObject { ["source"] = script });
        return result["identifier"]!.GetValue<string>();
    }

    public Task EndScriptAsync(string identifier) =>
        SendAsync("Page.removeScriptToEvaluateOnNewDocument", new JsonObject { ["identifier"] = identifier });

    /// <summary>The whole page as PNG.</summary>
    public async Task<byte[]> ScreenshotAsync()
    {
        JsonNode result = await SendAsync(
            "Page.captureScreenshot", new JsonObject { ["format"] = "png", ["captureBeyondViewport"] = true });
        return Convert.FromBase64String(result["data"]!.GetValue<string>());
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _process.DisposeAsync();
        await Eventually.TrueAsync("the browser's profile is gone", () =>
        {
            try
            {
                Directory.Delete(_profile, recursive: true);
            }
            catch (IOException)
            {
                // its helper processes end a moment after it, and write until then
            }

            return Task.FromResult(!Directory.Exists(_profile));
        });
    }

    private async Task<JsonNode> SendAsync(string method, JsonObject? parameters = null)
    {
        using var limit = new CancellationTokenSource(s_limit);
        int id = ++_id;
        var request = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(request), WebSocketMessageType.Text, true, limit.Token);
        while (true)
        {
            JsonNode message = await ReceiveAsync(limit.Token);
            if (message["id"]?.GetValue<int>() == id)
            {
                return message["error"] is { } error
                    ? throw new InvalidOperationException($"{method}: {error.ToJsonString()}")
                    : message["result"]!;
            }
        }
    }

    private async Task<JsonNode> ReceiveAsync(CancellationToken cancellationToken)
    {
        using var message = new MemoryStream();
        byte[] part = new byte[64 * 1024];
        ValueWebSocketReceiveResult read;
        do
        {
            read = await _socket.ReceiveAsync(part.AsMemory(), cancellationToken);
            message.Write(part, 0, read.Count);
        }
        while (!read.EndOfMessage);
        return JsonNode.Parse(message.ToArray())!;
    }
}
