using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SnetGateway.Grpc.Messages;

namespace SnetGateway.Grpc.Server;

/// <summary>
/// The methods of one service. A handler returns its answer, or throws <see cref="RpcException"/> to choose a status;
/// whatever else it throws is logged and becomes <c>UNKNOWN</c> with a text that tells nothing.
/// </summary>
public sealed class GrpcServiceEndpoints
{
    /// <summary>
    /// How long the whole request of a method that does not stream requests may take. These requests are small, and each one that is waited for holds
    /// its stream, and the server when it stops. Then: <c>DEADLINE_EXCEEDED</c>.
    /// </summary>
    public static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(5);

    private readonly IEndpointRouteBuilder _endpoints;
    private readonly string _service;
    private readonly GrpcEndpointOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    internal GrpcServiceEndpoints(IEndpointRouteBuilder endpoints, string service, GrpcEndpointOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(service);
        _endpoints = endpoints;
        _service = service;
        _options = options;
        _time = endpoints.ServiceProvider.GetService<TimeProvider>() ?? TimeProvider.System;
        _logger = endpoints.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger($"SnetGateway.Grpc.{service}");
        Map("{**method}", streamsRequests: false, _ => throw new RpcException(new Status(StatusCode.Unimplemented, $"the service {service} has no such method")));
    }

    /// <summary>One request, one response.</summary>
    public IEndpointConventionBuilder MapGrpcUnary<TRequest, TResponse>(string method, Func<TRequest, GrpcServerCall, ValueTask<TResponse>> handler)
        where TRequest : IMessage<TRequest>, new()
        where TResponse : IMessage<TResponse>, new()
    {
        var requests = GrpcMarshallers.Protobuf<TRequest>();
        var responses = GrpcMarshallers.Protobuf<TResponse>();
        return Map(method, streamsRequests: false, async call =>
        {
            var request = await ReadSingleAsync(call, requests);
            var response = await handler(request, call);
            WriteSingle(call, response, responses);
        });
    }

    /// <summary>One request, many responses.</summary>
    public IEndpointConventionBuilder MapGrpcServerStreaming<TRequest, TResponse>(string method, Func<TRequest, GrpcResponseWriter<TResponse>, GrpcServerCall, ValueTask> handler)
        where TRequest : IMessage<TRequest>, new()
        where TResponse : IMessage<TResponse>, new()
    {
        var requests = GrpcMarshallers.Protobuf<TRequest>();
        var responses = GrpcMarshallers.Protobuf<TResponse>();
        return Map(method, streamsRequests: false, async call =>
        {
            var request = await ReadSingleAsync(call, requests);
            await handler(request, new GrpcResponseWriter<TResponse>(call, responses), call);
        });
    }

    /// <summary>Many requests, one response.</summary>
    public IEndpointConventionBuilder MapGrpcClientStreaming<TRequest, TResponse>(string method, Func<GrpcRequestReader<TRequest>, GrpcServerCall, ValueTask<TResponse>> handler)
        where TRequest : IMessage<TRequest>, new()
        where TResponse : IMessage<TResponse>, new()
    {
        var requests = GrpcMarshallers.Protobuf<TRequest>();
        var responses = GrpcMarshallers.Protobuf<TResponse>();
        return Map(method, streamsRequests: true, async call =>
        {
            var response = await handler(new GrpcRequestReader<TRequest>(call, requests), call);
            WriteSingle(call, response, responses);
        });
    }

    /// <summary>Many requests and many responses, each at its own pace.</summary>
    public IEndpointConventionBuilder MapGrpcDuplexStreaming<TRequest, TResponse>(string method, Func<GrpcRequestReader<TRequest>, GrpcResponseWriter<TResponse>, GrpcServerCall, ValueTask> handler)
        where TRequest : IMessage<TRequest>, new()
        where TResponse : IMessage<TResponse>, new()
    {
        var requests = GrpcMarshallers.Protobuf<TRequest>();
        var responses = GrpcMarshallers.Protobuf<TResponse>();
        return Map(method, streamsRequests: true, call =>
            handler(new GrpcRequestReader<TRequest>(call, requests), new GrpcResponseWriter<TResponse>(call, responses), call));
    }

    private async ValueTask<T> ReadSingleAsync<T>(GrpcServerCall call, GrpcMarshaller<T> marshaller)
    {
        using var limit = new CancellationTokenSource(RequestLimit, _time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, call.CancellationToken);
        try
        {
            var (hasMessage, message) = await call.ReadAsync(marshaller, ended.Token);
            if (!hasMessage)
            {
                throw new RpcException(new Status(StatusCode.Internal, "the request has no message"));
            }

            var (hasAnother, _) = await call.ReadAsync(marshaller, ended.Token);
            return hasAnother
                ? throw new RpcException(new Status(StatusCode.Internal, "the request has more than one message"))
                : message;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !call.CancellationToken.IsCancellationRequested)
        {
            throw new RpcException(ServerCallInvoker.TooSlow);
        }
    }

    private static void WriteSingle<T>(GrpcServerCall call, T message, GrpcMarshaller<T> marshaller)
    {
        // A client whose deadline has passed was told so by its own clock; an answer now would contradict it.
        call.CancellationToken.ThrowIfCancellationRequested();
        call.Write(message, marshaller);
    }

    private IEndpointConventionBuilder Map(string method, bool streamsRequests, Func<GrpcServerCall, ValueTask> body)
    {
        var path = $"/{_service}/{method}";
        var invoker = new ServerCallInvoker(path, streamsRequests, _options, _time, _logger, body);
        return _endpoints.Map(path, invoker.InvokeAsync).WithDisplayName($"gRPC {path}");
    }
}
