using Grpc.Core;

namespace SnetGateway.Gateway.Control;

/// <summary>The requests of a stream whose idle time is bounded.</summary>
internal sealed class OwnStreamReader<T>(IAsyncStreamReader<T> inner, OwnStream stream) : IAsyncStreamReader<T>
{
    public T Current => inner.Current;

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        bool isRequest = await inner.MoveNext(cancellationToken);
        stream.Progress();
        return isRequest;
    }
}
