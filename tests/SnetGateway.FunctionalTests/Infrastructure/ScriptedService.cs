using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace SnetGateway.FunctionalTests.Infrastructure;

/// <summary>A service on real sockets that answers as the test says, in HTTP's own terms, so that it can also answer wrongly.</summary>
internal sealed class ScriptedService : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ScriptedService(WebApplication app)
    {
        _app = app;
    }

    public Uri Address => new(_app.Urls.First());

    /// <summary>Requests so far.</summary>
    public int Requests;

    public RequestDelegate Handle { get; set; } = Wire.EchoAsync;

    public static async Task<ScriptedService> StartAsync(
        HttpProtocols protocols = HttpProtocols.Http2, bool tls = false, HttpsConnectionAdapterOptions? https = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(options =>
        {
            options.ResponseHeaderEncodingSelector = _ => System.Text.Encoding.UTF8;
            options.Limits.MaxRequestBodySize = null;
            options.Limits.MinRequestBodyDataRate = null;
            options.Limits.MinResponseDataRate = null;
            options.Listen(System.Net.IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = protocols;
                if (https is not null)
                {
                    listen.UseHttps(https);
                }
                else if (tls)
                {
                    listen.UseHttps(TestCertificate.Create());
                }
            });
        });
        WebApplication app = builder.Build();
        var service = new ScriptedService(app);
        app.Run(context =>
        {
            Interlocked.Increment(ref service.Requests);
            return service.Handle(context);
        });
        await app.StartAsync();
        return service;
    }

    public async ValueTask DisposeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await _app.StopAsync(limit.Token);
        await _app.DisposeAsync();
    }
}
