using System.Runtime.CompilerServices;
using SnetGateway.Grpc.Messages;

namespace SnetGateway.Grpc.Server;

/// <summary>The messages a client streams, in order. For one reader at a time.</summary>
public sealed class GrpcRequestReader<T>
{
    private readonly GrpcServerCall _call;
    private readonly GrpcMarshaller<T> _marshaller;

    internal GrpcRequestReader(GrpcServerCall call, GrpcMarshaller<T> marshaller)
    {
        _call = call;
        _marshaller = marshaller;
    }

    /// <summary>The next message, or nothing once the client has sent its last.</summary>
    public ValueTask<(bool HasMessage, T Message)> ReadAsync(CancellationToken cancellationToken) => _call.ReadAsync(_marshaller, cancellationToken);

    /// <summary>All messages to the end.</summary>
    public async IAsyncEnumerable<T> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await ReadAsync(cancellationToken) is (true, var message))
        {
            yield return message;
        }
    }
}
