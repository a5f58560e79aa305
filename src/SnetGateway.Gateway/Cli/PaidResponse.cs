using Grpc.Core;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Cli;

/// <summary>The response to a paid call, positioned at its first message.</summary>
/// <param name="Call">The call; its current message is the first one.</param>
/// <param name="Writing">Completes when all requests are sent.</param>
/// <param name="HasMessage">False when the call ended without a message.</param>
/// <param name="Price">Cogs that were paid.</param>
/// <param name="Total">Cogs that are now signed.</param>
internal sealed record PaidResponse(
    AsyncDuplexStreamingCall<byte[], byte[]> Call, Task Writing, bool HasMessage, UInt256 Price, UInt256 Total) : IAsyncDisposable
{
    /// <summary>All messages. Throws <see cref="RpcException"/> where the call fails.</summary>
    public async IAsyncEnumerable<byte[]> MessagesAsync()
    {
        for (bool hasMessage = HasMessage; hasMessage; hasMessage = await Call.ResponseStream.MoveNext(CancellationToken.None))
        {
            yield return Call.ResponseStream.Current;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Call.Dispose();
        await Writing;
    }
}
