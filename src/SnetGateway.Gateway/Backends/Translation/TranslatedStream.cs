using System.Net.Http.Headers;
using Grpc.Core;
using SnetGateway.Gateway.Streams;
using SnetGateway.GrpcWire.Messages;

namespace SnetGateway.Gateway.Backends.Translation;

/// <summary>
/// A stream of response messages as gRPC frames. It asks for the next message when the client has taken the one before, and sets the
/// trailers at the end.
/// </summary>
/// <param name="messages">The messages. An <see cref="RpcException"/> ends them with its status.</param>
/// <param name="owner">Disposed with this stream, and when the messages have ended.</param>
/// <param name="onFault">Notified when a message of the service cannot be used.</param>
internal sealed class TranslatedStream(IAsyncEnumerable<byte[]> messages, IDisposable owner, Action<ServiceFaultException> onFault)
    : ReadOnceStream
{
    private readonly IAsyncEnumerator<byte[]> _messages = messages.GetAsyncEnumerator();
    private ReadOnlyMemory<byte> _frame;
    private bool _hasEnded;

    /// <summary>Takes the status at the end. Set before the first read.</summary>
    public HttpHeaders? Trailers { get; set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_frame.IsEmpty && !_hasEnded && !buffer.IsEmpty)
        {
            try
            {
                if (await _messages.MoveNextAsync())
                {
                    _frame = SingleMessage.Write(_messages.Current);
                }
                else
                {
                    End(Status.DefaultSuccess);
                }
            }
            catch (RpcException refused)
            {
                if (refused is ServiceFaultException fault)
                {
                    onFault(fault);
                }

                End(refused.Status);
            }
        }

        int count = Math.Min(buffer.Length, _frame.Length);
        _frame[..count].CopyTo(buffer);
        _frame = _frame[count..];
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        owner.Dispose();
        base.Dispose(disposing);
    }

    private void End(Status status)
    {
        _hasEnded = true;
        TranslatedResponse.WriteStatus(Trailers!, status);
        owner.Dispose();
    }
}
