using System.Collections.Concurrent;
using System.Net;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Control;
using SnetGateway.Gateway.Listeners;

namespace SnetGateway.Tests.Gateway;

/// <summary>
/// A real Kestrel on loopback, one HTTP/2 port and one HTTP/1.1 port, with clients for the first and all that was logged.
/// </summary>
internal sealed class GrpcTestHost : IAsyncDisposable
{
    /// <summary>The longest that any one step of a test may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly WebApplication _app;
    private readonly GrpcChannel _channel;

    private GrpcTestHost(WebApplication app, LogCollector log)
    {
        _app = app;
        Log = log.Entries;
        string[] addresses =
            app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.ToArray();
        Address = new Uri(addresses[0]);
        Http1Address = new Uri(addresses[1]);
        _channel = ServiceChannel.Open(Address);
    }

    public Uri Address { get; }

    public Uri Http1Address { get; }

    public HttpMessageInvoker Http { get; } = new(new SocketsHttpHandler { UseProxy = false });

    public CallInvoker Client => _channel.CreateCallInvoker();

    public ConcurrentQueue<(LogLevel Level, EventId Id, string Text)> Log { get; }

    public static async Task<GrpcTestHost> StartAsync(Action<WebApplication> map)
    {
        var log = new LogCollector();
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Debug);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                listen.UseLingeringClose(TimeProvider.System);
            });
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
        });
        builder.Services.AddOwnServices();
        WebApplication app = builder.Build();
        map(app);
        await app.StartAsync();
        return new GrpcTestHost(app, log);
    }

    /// <summary>Posts a body as it is and reads the whole answer.</summary>
    public async Task<HttpResponseMessage> PostAsync(string path, byte[] body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        if (!headers.Any(header => header.Name == "content-type"))
        {
            request.Content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        }

        foreach ((string? name, string? value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using var timeout = new CancellationTokenSource(Patience);
        HttpResponseMessage response = await Http.SendAsync(request, timeout.Token);
        await response.Content.LoadIntoBufferAsync(timeout.Token);
        return response;
    }

    public Task StopAsync() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        Http.Dispose();
        await _app.DisposeAsync();
    }

    private sealed class LogCollector : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<(LogLevel Level, EventId Id, string Text)> Entries { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose()
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Entries.Enqueue((logLevel, eventId, formatter(state, exception)));
    }
}
