using System.Text.Json;
using Microsoft.Extensions.Logging;
using SnetGateway.Gateway.Hooks;
using SnetGateway.TestKit.Monitoring;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.Tests.Gateway.Hooks;

/// <summary>Webhook, Telegram and a plug-in, each with a real receiver.</summary>
public sealed class HookDestinationTests : IAsyncLifetime
{
    private const string Secret = "canary-5f1d";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-hooks-");
    private HookReceiver _receiver = null!;

    public async ValueTask InitializeAsync() => _receiver = await HookReceiver.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _receiver.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Webhook_GetsValidJson_WithTheTokenAsBearer()
    {
        using var hook = new WebhookHook(new WebhookOptions { Url = $"{_receiver.Address}events?x=1", TokenPath = SecretFile() });
        await using var run = new HookRun(hook);
        const string Text = "\"quoted\" \u202e</script>\r\nx";
        run.Loggers.CreateLogger("area").LogError(
            new EventId(7, "Named"), new InvalidOperationException("line 1\nline 2"), "Text of a client: {Text}", Text);
        for (int i = 0; i < 300; i++)
        {
            run.Log(i);
        }

        await run.PassAsync(TimeSpan.FromSeconds(1));
        HookPost post = await _receiver.NextAsync();
        Assert.Equal(
            ("POST", "/events", "application/json", $"Bearer {Secret}"), (post.Method, post.Path, post.ContentType, post.Authorization));
        JsonElement json = post.Json;
        Assert.Equal(["gateway", "version", "events", "notSent"], json.EnumerateObject().Select(member => member.Name));
        Assert.Equal(Environment.MachineName, json.GetProperty("gateway").GetString());
        Assert.Equal(HookQueue.MaxEvents, json.GetProperty("events").GetArrayLength());
        Assert.Equal(101, json.GetProperty("notSent").GetProperty("Failed").GetInt32());
        JsonElement first = json.GetProperty("events")[0];
        Assert.Equal(
            ["time", "level", "category", "eventId", "eventName", "message", "exception", "values"],
            first.EnumerateObject().Select(member => member.Name));
        Assert.Equal($"Text of a client: {Text}", first.GetProperty("message").GetString());
        Assert.Equal(Text, first.GetProperty("values").GetProperty("Text").GetString());
        Assert.StartsWith(
            "System.InvalidOperationException: line 1\nline 2", first.GetProperty("exception").GetString(), StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Null, json.GetProperty("events")[1].GetProperty("exception").ValueKind);
    }

    [Fact]
    public async Task Webhook_WithTheTokenInItsUrl_SendsItThereOnly()
    {
        using var hook = new WebhookHook(new WebhookOptions { Url = $"{_receiver.Address}in/{{token}}", TokenPath = SecretFile() });
        await hook.DeliverAsync(Batch(), CancellationToken.None);
        HookPost post = await _receiver.NextAsync();
        Assert.Equal(($"/in/{Secret}", ""), (post.Path, post.Authorization));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(404)]
    [InlineData(302)]
    public async Task Webhook_OtherStatus_IsAFailure(int status)
    {
        _receiver.Status = status;
        using var hook = new WebhookHook(new WebhookOptions { Url = _receiver.Address.ToString() });
        HookException failure = await Assert.ThrowsAsync<HookException>(() => hook.DeliverAsync(Batch(), CancellationToken.None));
        Assert.Equal($"127.0.0.1 responded with HTTP status {status}.", failure.Message);
    }

    [Fact]
    public async Task Telegram_GetsAMessageOfTheBotApi_CutAtItsLimit()
    {
        using var hook = new TelegramHook(new TelegramOptions
        {
            Address = _receiver.Address.ToString(), TokenPath = SecretFile(), ChatId = "@operators", Silent = true,
        });
        await hook.DeliverAsync(Batch(), CancellationToken.None);
        HookPost post = await _receiver.NextAsync();
        Assert.Equal(($"/bot{Secret}/sendMessage", "application/json"), (post.Path, post.ContentType));
        Assert.Equal(["chat_id", "text", "disable_notification"], post.Json.EnumerateObject().Select(member => member.Name));
        Assert.Equal("@operators", post.Json.GetProperty("chat_id").GetString());
        Assert.True(post.Json.GetProperty("disable_notification").GetBoolean());
        string text = post.Json.GetProperty("text").GetString()!;
        Assert.StartsWith(
            "snet-gateway on here: Failed (9001)\n\n2026-11-30 03:00:00Z Error: Failed (9001)\nIt failed.\n",
            text,
            StringComparison.Ordinal);

        await hook.DeliverAsync(Batch(new string('x', 9_000)), CancellationToken.None);
        Assert.Equal(4_096, (await _receiver.NextAsync()).Json.GetProperty("text").GetString()!.Length);
    }

    [Fact]
    public async Task Secrets_AreInNoLine_WhateverFails()
    {
        const string Nowhere = "http://127.0.0.1:1/"; // nothing listens there
        (IHook, Func<Task>)[] cases =
        [
            (new WebhookHook(new WebhookOptions { Url = $"{_receiver.Address}{{token}}", TokenPath = SecretFile() }), Answer(500)),
            (new WebhookHook(new WebhookOptions { Url = Nowhere, TokenPath = SecretFile() }), Answer(200)),
            (new WebhookHook(new WebhookOptions { Url = $"{Nowhere}{{token}}", TokenPath = SecretFile() }), Answer(200)),
            (new WebhookHook(new WebhookOptions { Url = _receiver.Address.ToString(), TokenPath = SecretFile("a\nb") }), Answer(200)),
            (new WebhookHook(new WebhookOptions { Url = _receiver.Address.ToString(), TokenPath = SecretFile("\u00fc") }), Answer(200)),
            (new WebhookHook(new WebhookOptions { Url = "http://{token}/", TokenPath = SecretFile(" : ") }), Answer(200)),
            (new TelegramHook(new TelegramOptions { Address = Nowhere, TokenPath = SecretFile(), ChatId = "1" }), Answer(200)),
            (new TelegramHook(
                new TelegramOptions { Address = _receiver.Address.ToString(), TokenPath = SecretFile(), ChatId = "1" }), Answer(401)),
        ];
        foreach ((IHook hook, Func<Task> prepare) in cases)
        {
            await prepare();
            await using var run = new HookRun(hook);
            run.Log();
            await run.PassAsync(TimeSpan.FromSeconds(1));
            await Eventually.TrueAsync(
                "the failure is logged",
                () => Task.FromResult(run.Lines.Any(line => line.Contains("HookFails", StringComparison.Ordinal))));
            Assert.DoesNotContain(run.Lines, line => line.Contains(Secret, StringComparison.Ordinal));
            (hook as IDisposable)?.Dispose();
        }

        Func<Task> Answer(int status) => () =>
        {
            _receiver.Status = status;
            return Task.CompletedTask;
        };
    }

    [Fact]
    public async Task SecretThatIsGone_IsAFailure_AndOneThatChanged_IsUsed()
    {
        string file = SecretFile();
        using var hook = new WebhookHook(new WebhookOptions { Url = _receiver.Address.ToString(), TokenPath = file });
        File.Delete(file);
        HookException failure = await Assert.ThrowsAsync<HookException>(() => hook.DeliverAsync(Batch(), CancellationToken.None));
        Assert.Equal($"The file {file} cannot be read.", failure.Message);
        await File.WriteAllTextAsync(file, "other\n");
        await hook.DeliverAsync(Batch(), CancellationToken.None);
        Assert.Equal("Bearer other", (await _receiver.NextAsync()).Authorization);
    }

    [Fact]
    public async Task Plugin_FromAnAssemblyOfItsOwn_Delivers()
    {
        var options = new PluginOptions
        {
            Assembly = SpoolHook, Type = "SnetGateway.SpoolHook.SpoolHook", Settings = { ["Folder"] = _folder.FullName },
        };
        Assert.Null(PluginHook.FindProblem(options.Assembly, options.Type));
        await PluginHook.Create(options).DeliverAsync(
            Batch() with { NotSent = new Dictionary<string, long> { ["Failed"] = 99 } }, CancellationToken.None);
        Assert.Equal(
            ["Error Failed: It failed.", "99 more of Failed"],
            await File.ReadAllLinesAsync(Assert.Single(_folder.GetFiles("*.txt")).FullName));
    }

    internal static string SpoolHook { get; } = Repository.Existing(
        $"samples/SpoolHook/bin/{Repository.Configuration}/net10.0/SnetGateway.SpoolHook.dll", "build the solution");

    private static HookBatch Batch(string message = "It failed.") => new(
        "here", "1.0",
        [
            new HookEvent(
                new DateTimeOffset(2026, 11, 30, 3, 0, 0, TimeSpan.Zero), "Error", "area", 9001, "Failed", message, null,
                new Dictionary<string, string>()),
        ],
        new Dictionary<string, long>());

    private string SecretFile(string more = "")
    {
        string file = Path.Combine(_folder.FullName, Path.GetRandomFileName());
        File.WriteAllText(file, $"{Secret}{more}\n");
        return file;
    }
}
