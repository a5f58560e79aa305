using System.Net;
using System.Net.Sockets;
using Etcdserverpb;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging;
using SnetGateway.Storage;
using SnetGateway.Storage.Etcd;
using Xunit;

namespace SnetGateway.Tests.Storage.Etcd;

/// <summary>Which failures leave a write's outcome unknown, and that such a write is never sent a second time.</summary>
[Trait("Needs", "etcd")]
public sealed class EtcdOutcomeTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(StatusCode.Unavailable, "etcdserver: no leader", EtcdFailureKind.Unavailable)]
    [InlineData(StatusCode.Unavailable, "etcdserver: request timed out", EtcdFailureKind.Unknown)]
    [InlineData(StatusCode.Unavailable, "etcdserver: a text of a later version", EtcdFailureKind.Unknown)]
    [InlineData(StatusCode.ResourceExhausted, "etcdserver: mvcc: database space exceeded", EtcdFailureKind.NoSpace)]
    [InlineData(StatusCode.Unauthenticated, "etcdserver: invalid auth token", EtcdFailureKind.TokenRefused)]
    [InlineData(StatusCode.OutOfRange, "etcdserver: mvcc: required revision has been compacted", EtcdFailureKind.Compacted)]
    [InlineData(StatusCode.Unimplemented, "unknown service etcdserverpb.KV", EtcdFailureKind.Refused)]
    [InlineData(
        StatusCode.Unimplemented, "Unsupported grpc-encoding value 'br'. Supported encodings: identity, gzip", EtcdFailureKind.Unknown)]
    [InlineData(StatusCode.Unavailable, "transport is closing", EtcdFailureKind.Unknown)]
    [InlineData(StatusCode.Cancelled, "Call canceled by the client.", EtcdFailureKind.Unknown)]
    internal void FailureKind_OfAStatus(StatusCode code, string text, EtcdFailureKind verdict) =>
        Assert.Equal(verdict, EtcdFailureKinds.Of(new RpcException(new Status(code, text))));

    [Fact]
    public void FailureKind_OfAnUnsentRequest_AndOfACancelledOne()
    {
        var cause = new RequestNotSentException(new SocketException((int)SocketError.ConnectionRefused));
        Assert.Equal(EtcdFailureKind.Unavailable, EtcdFailureKinds.Of(new RpcException(new Status(StatusCode.Unavailable, "any", cause))));
        Assert.Equal(EtcdFailureKind.Unknown, EtcdFailureKinds.Of(new OperationCanceledException()));
    }

    /// <summary>The time ends while the connection is being made: nothing was sent.</summary>
    [Fact]
    public async Task HandshakeThatNeverEnds_CertainlyNotWritten() => Assert.False(await MayBeDoneAsync("https"));

    /// <summary>In cleartext the request is sent right after the connection's first frames.</summary>
    [Fact]
    public async Task ServerThatNeverResponds_IsUnknown() => Assert.True(await MayBeDoneAsync("http"));

    [Theory]
    [InlineData("page", 404, false)] // an HTTP server, not etcd
    [InlineData("page", 200, true)]
    [InlineData("page", 502, true)]
    [InlineData("page", 503, true)]
    [InlineData("no message", 200, true)]
    [InlineData("half a message", 200, true)]
    [InlineData("unknown compression", 200, true)]
    [InlineData("two messages", 200, true)]
    [InlineData("reset", 200, true)]
    [InlineData("reset inside", 200, true)]
    [InlineData("cut", 200, true)]
    public async Task InvalidResponse_IsUnknown_AndTheWriteIsSentOnce(string kind, int httpStatus, bool mayBeDone)
    {
        int requests = 0;
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(
            kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        await using WebApplication app = builder.Build();
        app.Run(context =>
        {
            Interlocked.Increment(ref requests);
            return RespondAsync(context, kind, httpStatus);
        });
        await app.StartAsync();

        Assert.Equal(mayBeDone, await MayBeDoneAsync(app.Urls.Single(), StoreCalls.Patience));
        Assert.Equal(1, requests);
    }

    private static async Task RespondAsync(HttpContext context, string kind, int httpStatus)
    {
        await context.Request.BodyReader.CopyToAsync(Stream.Null);
        HttpResponse response = context.Response;
        response.StatusCode = httpStatus;
        response.ContentType = kind == "page" ? "text/html" : "application/grpc";
        response.Headers["grpc-encoding"] = "br";
        byte[] body = kind switch
        {
            "half a message" or "reset inside" => [0, 0, 0, 0, 9, 1],
            "unknown compression" => [1, 0, 0, 0, 1, 0],
            "two messages" => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
            _ => [],
        };
        if (kind == "reset")
        {
            context.Features.GetRequiredFeature<IHttpResetFeature>().Reset(2);
            return;
        }

        await response.Body.WriteAsync(body);
        await response.Body.FlushAsync();
        switch (kind)
        {
            case "reset inside":
                context.Features.GetRequiredFeature<IHttpResetFeature>().Reset(8);
                break;
            case "cut":
                context.Abort();
                break;
            case not "page":
                response.AppendTrailer("grpc-status", "0");
                break;
        }
    }

    /// <summary>A write to a server that accepts connections and never responds.</summary>
    private static async Task<bool> MayBeDoneAsync(string scheme)
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        return await MayBeDoneAsync($"{scheme}://{silent.LocalEndpoint}", s_limit);
    }

    private static async Task<bool> MayBeDoneAsync(string endpoint, TimeSpan limit)
    {
        EtcdOptions options = EtcdLedger.Options(endpoint).Etcd;
        options.DialTimeout = StoreCalls.Patience;
        using var client = new EtcdClient(options, null, TimeProvider.System, NullLogger.Instance);
        EtcdException failure = await Assert.ThrowsAsync<EtcdException>(() =>
            client.TxnAsync(new TxnRequest(), mayRepeat: false, limit, CancellationToken.None).WaitAsync(StoreCalls.Patience));
        return failure.MayBeDone;
    }
}
