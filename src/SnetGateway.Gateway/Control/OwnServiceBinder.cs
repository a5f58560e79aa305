using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using SnetGateway.Gateway.PaidCalls;

namespace SnetGateway.Gateway.Control;

/// <summary>
/// Collects the methods of one of the gateway's own services and adds what the package does not do: a request that cannot be parsed is the
/// client's error and not the gateway's, an unexpected exception becomes one status that discloses nothing, and streams are bounded
/// (<see cref="OwnStreams"/>).
/// </summary>
/// <param name="otherName">The service's name, where it is not the one it was generated with.</param>
/// <param name="logger">For failures of methods.</param>
/// <param name="stopping">Cancelled when the gateway stops: then streams end.</param>
internal sealed class OwnServiceBinder(string? otherName, ILogger logger, CancellationToken stopping) : ServiceBinderBase
{
    private readonly ServerServiceDefinition.Builder _definition = ServerServiceDefinition.CreateBuilder();

    /// <summary>The full name of the service.</summary>
    public string ServiceName { get; private set; } = otherName ?? string.Empty;

    public ServerServiceDefinition Build() => _definition.Build();

    public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
    {
        Method<TRequest, TResponse> own = Own(method);
        _definition.AddMethod(own, async (request, context) =>
        {
            try
            {
                return await handler!(request, context);
            }
            catch (Exception failure) when (failure is not RpcException)
            {
                throw StatusOf(failure, own, context);
            }
        });
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
    {
        Method<TRequest, TResponse> own = Own(method);
        _definition.AddMethod(own, (request, responses, context) => RunAsync(
            stream => handler!(request, new OwnStreamWriter<TResponse>(responses, stream), context), own, context));
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
    {
        Method<TRequest, TResponse> own = Own(method);
        _definition.AddMethod(own, (requests, responses, context) => RunAsync(
            stream => handler!(
                new OwnStreamReader<TRequest>(requests, stream), new OwnStreamWriter<TResponse>(responses, stream), context),
            own, context));
    }

    /// <summary>
    /// Left out: the one such method has its own endpoint beside, because the package has one size limit for the messages of all methods.
    /// </summary>
    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
        ServiceName = otherName ?? method.ServiceName;

    private Method<TRequest, TResponse> Own<TRequest, TResponse>(Method<TRequest, TResponse> method)
    {
        ServiceName = otherName ?? method.ServiceName;
        Marshaller<TRequest> requests = method.RequestMarshaller;
        return new Method<TRequest, TResponse>(
            method.Type, ServiceName, method.Name, Marshallers.Create(requests.ContextualSerializer, Read), method.ResponseMarshaller);

        TRequest Read(DeserializationContext context)
        {
            try
            {
                return requests.ContextualDeserializer(context);
            }
            catch (InvalidProtocolBufferException broken)
            {
                throw new RpcException(new Status(StatusCode.Internal, "a message cannot be read as the type this method takes", broken));
            }
        }
    }

    private async Task RunAsync(Func<OwnStream, Task> handler, IMethod method, ServerCallContext context)
    {
        OwnStream stream = context.GetHttpContext().Features.GetRequiredFeature<OwnStream>();
        try
        {
            await handler(stream);
        }
        catch (Exception failure) when (failure is not RpcException && stream.WasClosed)
        {
            throw new RpcException(new Status(StatusCode.ResourceExhausted, "the stream was closed")); // not sent after a reset
        }
        catch (Exception failure) when (failure is not RpcException)
        {
            throw StatusOf(failure, method, context);
        }

        if (stopping.IsCancellationRequested)
        {
            throw Stopping();
        }
    }

    private RpcException StatusOf(Exception failure, IMethod method, ServerCallContext context)
    {
        if (context.CancellationToken.IsCancellationRequested)
        {
            return stopping.IsCancellationRequested ? Stopping() : new RpcException(CallFailures.ClientDisconnected.Status);
        }

        if (failure is IOException or InvalidDataException)
        {
            return new RpcException(CallFailures.BrokenRequest.Status); // methods open nothing but their request
        }

        ControlLog.OwnMethodFailed(logger, method.FullName, failure);
        return new RpcException(new Status(StatusCode.Unknown, "the service failed"));
    }

    private static RpcException Stopping() => new(new Status(StatusCode.Unavailable, "the server is stopping"));
}
