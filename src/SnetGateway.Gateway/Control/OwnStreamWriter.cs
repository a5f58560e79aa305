using Grpc.Core;

namespace SnetGateway.Gateway.Control;

/// <summary>The responses of a stream, each of which its client must read in time.</summary>
internal sealed class OwnStreamWriter<T>(IServerStreamWriter<T> inner, OwnStream stream) : IServerStreamWriter<T>
{
    public WriteOptions? WriteOptions
    {
        get => inner.WriteOptions;
        set => inner.WriteOptions = value;
    }

    public async Task WriteAsync(T message)
    {
        stream.BeginWrite();
        await inner.WriteAsync(message);
        stream.Progress();
    }
}
