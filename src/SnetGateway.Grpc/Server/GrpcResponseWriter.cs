using SnetGateway.Grpc.Messages;

namespace SnetGateway.Grpc.Server;

/// <summary>Sends the messages of a stream to the client. For one writer at a time.</summary>
public sealed class GrpcResponseWriter<T>
{
    private readonly GrpcServerCall _call;
    private readonly GrpcMarshaller<T> _marshaller;

    internal GrpcResponseWriter(GrpcServerCall call, GrpcMarshaller<T> marshaller)
    {
        _call = call;
        _marshaller = marshaller;
    }

    /// <summary>Sends a message; completes when the connection has room for the next.</summary>
    /// <exception cref="OperationCanceledException">The call is over: the client has left or its deadline has passed.</exception>
    public async ValueTask WriteAsync(T message, CancellationToken cancellationToken)
    {
        _call.CancellationToken.ThrowIfCancellationRequested();
        _call.Write(message, _marshaller);
        await _call.FlushAsync(cancellationToken);
    }

    /// <summary>Sends the response headers now, before there is a message.</summary>
    public ValueTask SendHeadersAsync(CancellationToken cancellationToken)
    {
        _call.BeginResponse();
        return _call.FlushAsync(cancellationToken);
    }
}
