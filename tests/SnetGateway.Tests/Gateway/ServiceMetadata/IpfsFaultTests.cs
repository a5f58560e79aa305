using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using SnetGateway.Gateway.ServiceMetadata.Ipfs;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Gateway.ServiceMetadata;

/// <summary>Sources that do not respond, or too slowly, as real servers: a file is found elsewhere, within a bounded time.</summary>
public sealed class IpfsFaultTests : IAsyncLifetime
{
    private static readonly byte[] s_hello = "hello world\n"u8.ToArray();

    private readonly TestTimeProvider _time = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly SemaphoreSlim _hanging = new(0);
    private Func<HttpContext, Task> _respond = _ => Task.CompletedTask;
    private WebApplication _server = null!;

    private string Address => _server.Urls.Single();

    public async ValueTask InitializeAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(
            kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1));
        _server = builder.Build();
        _server.Run(context =>
        {
            _requests.Enqueue(context.Request.Path);
            return _respond(context);
        });
        await _server.StartAsync();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task NodeThatIsSilentOnBlocks_GivesTheFileByCat_AndIsNotWaitedForAgain()
    {
        _respond = context => context.Request.Path == "/api/v0/cat" ? WriteAsync(context, s_hello) : HangAsync(context);
        using IpfsReader reader = Read(apis: [Address], gateways: []);

        Task<byte[]> first = FileAsync(reader);
        await PassAsync(IpfsTimes.Default.FirstBlock);
        Assert.Equal(s_hello, await first.WaitAsync(GrpcTestHost.Patience));

        Assert.Equal(s_hello, await FileAsync(reader).WaitAsync(GrpcTestHost.Patience));
        Assert.Equal(["/api/v0/block/get", "/api/v0/cat", "/api/v0/cat"], _requests);
    }

    [Fact]
    public async Task GatewayThatIsSilentOnBlocks_GivesTheFile()
    {
        _respond = context => context.Request.Query.ContainsKey("format") ? HangAsync(context) : WriteAsync(context, s_hello);
        using IpfsReader reader = Read(apis: [], gateways: [Address]);

        Task<byte[]> file = FileAsync(reader);
        await PassAsync(IpfsTimes.Default.FirstBlock);

        Assert.Equal(s_hello, await file.WaitAsync(GrpcTestHost.Patience));
    }

    [Fact]
    public async Task NodeThatIsSilent_IsFollowedByTheNextSource()
    {
        _respond = context => context.Request.Path.StartsWithSegments("/api") ? HangAsync(context) : WriteAsync(context, s_hello);
        using IpfsReader reader = Read(apis: [Address], gateways: [Address]);

        Task<byte[]> file = FileAsync(reader);
        await PassAsync(IpfsTimes.Default.FirstBlock);
        await PassAsync(IpfsTimes.Default.Request);

        Assert.Equal(s_hello, await file.WaitAsync(GrpcTestHost.Patience));
    }

    [Fact]
    public async Task AllSourcesSilent_EndsInTime_AndSaysSo()
    {
        _respond = HangAsync;
        using IpfsReader reader = Read(apis: [Address], gateways: []);

        Task<byte[]> file = FileAsync(reader);
        await PassAsync(IpfsTimes.Default.FirstBlock);
        await PassAsync(IpfsTimes.Default.Request);

        IpfsException e = await Assert.ThrowsAsync<IpfsException>(() => file.WaitAsync(GrpcTestHost.Patience));
        Assert.EndsWith("no response within 15 s", e.Message, StringComparison.Ordinal);
    }

    /// <summary>Each request alone is in time, and all 41 of them would take minutes.</summary>
    [Fact]
    public async Task NodeWhoseBlocksDrip_EndsInTime()
    {
        byte[] leaf = IpfsBlocks.Leaf(s_hello);
        byte[] root = IpfsBlocks.Root([.. Enumerable.Repeat(leaf, 40)]);
        var id = Cid.Of(root, 0, isRaw: false);
        _respond = context =>
        {
            _time.Advance(TimeSpan.FromSeconds(4));
            return WriteAsync(context, context.Request.Query["arg"] == id.ToString() ? root : leaf);
        };
        using IpfsReader reader = Read(apis: [Address], gateways: []);

        IpfsException e = await Assert.ThrowsAsync<IpfsException>(
            () => reader.ReadAsync(id.ToString(), 10_000, TestContext.Current.CancellationToken).AsTask().WaitAsync(GrpcTestHost.Patience));

        Assert.EndsWith("the file did not arrive within 60 s", e.Message, StringComparison.Ordinal);
        Assert.Equal(15, _requests.Count);
    }

    private Task HangAsync(HttpContext context)
    {
        _hanging.Release();
        return Task.Delay(Timeout.Infinite, context.RequestAborted)
            .ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    private static Task WriteAsync(HttpContext context, byte[] content) => context.Response.Body.WriteAsync(content).AsTask();

    private static Task<byte[]> FileAsync(IpfsReader reader) =>
        reader.ReadAsync($"ipfs://{FileTree.IdOf(s_hello)}", 100, TestContext.Current.CancellationToken).AsTask();

    private IpfsReader Read(string[] apis, string[] gateways) =>
        new(new IpfsOptions { Apis = apis, Gateways = gateways }, _time);

    /// <summary>Waits until a request waits, beside the time of the whole file, and lets its time pass.</summary>
    private async Task PassAsync(TimeSpan wait)
    {
        Assert.True(await _hanging.WaitAsync(GrpcTestHost.Patience));
        await _time.WhenArmedAsync(2);
        _time.Advance(wait);
    }
}
