using SnetGateway.Grpc.Client;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Cli;

/// <summary>The answer to a paid call, at its first message.</summary>
/// <param name="Call">Gives the messages after the first.</param>
/// <param name="Writing">Ends when all requests are sent.</param>
/// <param name="First">The first message, or none when the call ended without one.</param>
/// <param name="Price">Cogs that were paid.</param>
/// <param name="Total">Cogs that are now signed.</param>
internal sealed record PaidAnswer(
    GrpcClientCall<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>> Call,
    Task Writing,
    (bool HasMessage, ReadOnlyMemory<byte> Message) First,
    UInt256 Price,
    UInt256 Total) : IAsyncDisposable
{
    /// <summary>All messages. Throws <see cref="SnetGateway.GrpcWire.Statuses.GrpcStatusException"/> where the call does not end well.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> MessagesAsync()
    {
        (bool hasMessage, ReadOnlyMemory<byte> message) = First;
        while (hasMessage)
        {
            yield return message;
            (hasMessage, message) = await Call.ReadAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Call.DisposeAsync();
        await Writing;
    }
}
