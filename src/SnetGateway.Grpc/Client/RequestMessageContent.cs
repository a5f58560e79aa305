using System.Net;

namespace SnetGateway.Grpc.Client;

/// <summary>A request body of one message, which knows whether any of it may have left.</summary>
internal sealed class RequestMessageContent(ReadOnlyMemory<byte> message) : HttpContent
{
    private volatile bool _isBegun;

    /// <summary>False as long as it is certain that no service has it: there was no connection to write it to.</summary>
    public bool IsBegun => _isBegun;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        _isBegun = true;
        await stream.WriteAsync(message, cancellationToken);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = message.Length;
        return true;
    }
}
