using System.Buffers;
using System.Net;
using Grpc.Core;
using SnetGateway.Grpc.Messages;

namespace SnetGateway.Grpc.Client;

/// <summary>
/// Calls gRPC services over HTTP/2, in cleartext (<c>http://</c>) or over TLS (<c>https://</c>). A call that does not end
/// with <c>OK</c> throws <see cref="RpcException"/>; one whose own token is cancelled throws
/// <see cref="OperationCanceledException"/>. A request is only sent again where HTTP/2 says that it was not processed.
/// </summary>
/// <param name="invoker">Who sends requests; <see cref="CreateHandler"/> makes a fitting handler. Stays the caller's to dispose.</param>
/// <param name="address">Scheme, host and port of the service, and a path before the method's if it has one.</param>
/// <param name="options">Limits and clock; the defaults when null.</param>
public sealed class GrpcClient(HttpMessageInvoker invoker, Uri address, GrpcClientOptions? options = null)
{
    private readonly GrpcClientOptions _options = options ?? new GrpcClientOptions();
    private readonly string _base = address.GetLeftPart(UriPartial.Path).TrimEnd('/');

    /// <summary>A handler that adds nothing of its own: no proxy, redirect, cookie, expansion or tracing header.</summary>
    public static SocketsHttpHandler CreateHandler() => new()
    {
        EnableMultipleHttp2Connections = true,
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectTimeout = TimeSpan.FromSeconds(15),
        InitialHttp2StreamWindowSize = 1024 * 1024, // windows do not grow by themselves in the gateway's process
    };

    /// <summary>Sends one message and waits for the one that answers it.</summary>
    public async Task<GrpcResponse<TResponse>> UnaryAsync<TRequest, TResponse>(GrpcMethod<TRequest, TResponse> method, TRequest request, GrpcCallOptions? options, CancellationToken cancellationToken)
    {
        await using var call = StartServerStreaming(method, request, options, cancellationToken);
        return await call.ReadSingleAsync();
    }

    /// <summary>Sends one message; the responses are read from the result.</summary>
    public GrpcClientCall<TRequest, TResponse> StartServerStreaming<TRequest, TResponse>(GrpcMethod<TRequest, TResponse> method, TRequest request, GrpcCallOptions? options, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>();
        MessageWriter.Write(buffer, request, method.Requests, _options.MaxRequestBytes);
        return Start(method, new ReadOnlyMemoryContent(buffer.WrittenMemory), options, cancellationToken);
    }

    /// <summary>Begins a call whose requests are written one by one. Its token and timeout hold for the whole call.</summary>
    public GrpcClientCall<TRequest, TResponse> Start<TRequest, TResponse>(GrpcMethod<TRequest, TResponse> method, GrpcCallOptions? options, CancellationToken cancellationToken) =>
        Start(method, new RequestStreamContent(), options, cancellationToken);

    private GrpcClientCall<TRequest, TResponse> Start<TRequest, TResponse>(GrpcMethod<TRequest, TResponse> method, HttpContent content, GrpcCallOptions? options, CancellationToken cancellationToken)
    {
        var call = new GrpcClientCall<TRequest, TResponse>(method, _options, content, options?.Timeout, cancellationToken);
        call.Send(invoker, RequestMessages.Create(_base + method.Path, content, options ?? new GrpcCallOptions()));
        return call;
    }
}
