using Grpc.Core;
using SnetGateway.Gateway.Backends.Translation;
using SnetGateway.Gateway.Streams;
using SnetGateway.GrpcWire.Frames;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Statuses;

namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>
/// A stream of messages from a program, as gRPC frames. It reads the program's output only as fast as the client takes the answer, and at its
/// end sets the trailers. Disposing it kills the program.
/// </summary>
internal sealed class AnswerStream(ProgramRun run, ProgramOutput form, int maxBytes, JsonTranslation? translation, HttpResponseMessage answer) : ReadOnceStream
{
    private readonly OutputSplitter _output = new(form, translation is null ? maxBytes : MethodMessages.MostJson(maxBytes));
    private readonly byte[] _header = new byte[FrameHeader.Size];
    private byte[]? _translated;
    private int _headerLeft;
    private int _messageLeft;
    private bool _isOver;
    private bool _hasEnded;
    private bool _isDisposed;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            return 0;
        }

        while (_headerLeft + _messageLeft == 0)
        {
            if (_hasEnded)
            {
                return 0;
            }

            if (_output.TryFind(_isOver))
            {
                if (Begin() is { } problem)
                {
                    End(problem);
                    return 0;
                }

                break;
            }

            if (_output.IsTooLong)
            {
                End(TooLong());
                return 0;
            }

            if (_isOver)
            {
                Status status = await run.EndAsync();
                End(status.StatusCode == StatusCode.OK && _output.HasRest ? new Status(StatusCode.Internal, "the service's program ended in the middle of a message") : status);
                return 0;
            }

            int count = await run.ReadAsync(_output.Room());
            _output.Advance(count);
            _isOver = count == 0;
        }

        return Give(buffer.Span);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_isDisposed)
        {
            _isDisposed = true;
            run.Dispose();
            _output.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Makes the message that was found the one that is given out; a status when there can be none.</summary>
    private Status? Begin()
    {
        int length = _output.Message.Length;
        if (translation is not null)
        {
            try
            {
                _translated = translation.ToClient(_output.Message);
            }
            catch (ServiceFaultException fault)
            {
                return fault.Status;
            }

            _output.Drop(length);
            length = _translated.Length;
            if (length > maxBytes)
            {
                return TooLong();
            }
        }

        new FrameHeader(IsCompressed: false, (uint)length).Write(_header);
        (_headerLeft, _messageLeft) = (FrameHeader.Size, length);
        return null;
    }

    private int Give(Span<byte> buffer)
    {
        int header = Math.Min(_headerLeft, buffer.Length);
        _header.AsSpan(FrameHeader.Size - _headerLeft, header).CopyTo(buffer);
        _headerLeft -= header;
        int body = Math.Min(_messageLeft, buffer.Length - header);
        if (_translated is { } message)
        {
            message.AsSpan(message.Length - _messageLeft, body).CopyTo(buffer[header..]);
        }
        else
        {
            _output.Message[..body].CopyTo(buffer[header..]);
            _output.Drop(body);
        }

        _messageLeft -= body;
        return header + body;
    }

    private void End(Status status)
    {
        _hasEnded = true;
        answer.TrailingHeaders.TryAddWithoutValidation(GrpcHeaderNames.Status, GrpcStatusText.Of(status.StatusCode));
        if (status.Detail.Length > 0)
        {
            answer.TrailingHeaders.TryAddWithoutValidation(GrpcHeaderNames.Message, GrpcMessage.Encode(status.Detail));
        }

        run.Dispose();
    }

    private static Status TooLong() => new(StatusCode.ResourceExhausted, "a message of the service's program is larger than allowed");
}
