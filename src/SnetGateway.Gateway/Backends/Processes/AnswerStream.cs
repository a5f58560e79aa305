using System.Buffers.Binary;
using SnetGateway.Gateway.Backends.Translation;
using SnetGateway.Gateway.Streams;
using SnetGateway.Grpc.Frames;
using SnetGateway.Grpc.Headers;
using SnetGateway.Grpc.Statuses;

namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>
/// A stream of messages from a program, as gRPC frames. It reads the program's output only as fast as the client takes the answer, and at its
/// end sets the trailers. Disposing it kills the program.
/// </summary>
internal sealed class AnswerStream(ProgramRun run, ProgramOutput form, int maxBytes, JsonTranslation? translation, HttpResponseMessage answer) : ReadOnceStream
{
    private const int LengthBytes = sizeof(uint);

    /// <summary>The longest message as the program writes it.</summary>
    private readonly long _most = translation is null ? maxBytes : MethodMessages.MostJson(maxBytes);

    private readonly ByteBuffer _output = new();
    private readonly byte[] _header = new byte[FrameHeader.Size];
    private byte[]? _translated;
    private int _headerLeft;
    private int _messageLeft;
    private int _behind;
    private int _searched;
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

            if (TakeMessage() is { } problem)
            {
                End(problem);
                return 0;
            }

            if (_headerLeft > 0)
            {
                break;
            }

            if (_isOver)
            {
                GrpcStatus status = await run.EndAsync();
                End(status.IsOk && _output.Length > 0 ? new GrpcStatus(GrpcStatusCode.Internal, "the service's program ended in the middle of a message") : status);
                return 0;
            }

            int count = await run.ReadAsync(_output.Rest());
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

    /// <summary>Makes the next whole message of the output the one that is given out; a status when there can be none.</summary>
    private GrpcStatus? TakeMessage() => form == ProgramOutput.Frames ? TakeFrame() : TakeLine();

    private GrpcStatus? TakeFrame()
    {
        if (_output.Length < LengthBytes)
        {
            return null;
        }

        uint length = BinaryPrimitives.ReadUInt32BigEndian(_output.Span);
        if (length > _most)
        {
            return TooLong();
        }

        if (_output.Length - LengthBytes >= length)
        {
            _output.Drop(LengthBytes);
            return Begin((int)length, behind: 0);
        }

        return null;
    }

    private GrpcStatus? TakeLine()
    {
        while (true)
        {
            ReadOnlySpan<byte> output = _output.Span;
            int at = output[_searched..].IndexOf((byte)'\n');
            int length = at < 0 ? output.Length : _searched + at;
            _searched = at < 0 ? output.Length : 0;
            if (length > _most)
            {
                return TooLong();
            }

            if (at < 0 && !(_isOver && length > 0))
            {
                return null;
            }

            int end = at < 0 ? 0 : 1;
            _searched = 0;
            if (length > 0 && output[length - 1] == (byte)'\r')
            {
                length--;
                end++;
            }

            if (length > 0)
            {
                return Begin(length, end);
            }

            _output.Drop(end);
        }
    }

    private GrpcStatus? Begin(int length, int behind)
    {
        if (translation is not null)
        {
            try
            {
                _translated = translation.ToClient(_output.Span[..length]);
            }
            catch (ServiceFaultException fault)
            {
                return fault.Status;
            }

            _output.Drop(length + behind);
            (length, behind) = (_translated.Length, 0);
            if (length > maxBytes)
            {
                return TooLong();
            }
        }

        new FrameHeader(IsCompressed: false, (uint)length).Write(_header);
        (_headerLeft, _messageLeft, _behind) = (FrameHeader.Size, length, behind);
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
            _output.Span[..body].CopyTo(buffer[header..]);
            _output.Drop(body);
        }

        _messageLeft -= body;
        if (_headerLeft + _messageLeft == 0)
        {
            _output.Drop(_behind);
            (_behind, _translated) = (0, null);
        }

        return header + body;
    }

    private void End(GrpcStatus status)
    {
        _hasEnded = true;
        answer.TrailingHeaders.TryAddWithoutValidation(GrpcHeaderNames.Status, status.CodeText);
        if (status.Message.Length > 0)
        {
            answer.TrailingHeaders.TryAddWithoutValidation(GrpcHeaderNames.Message, GrpcMessage.Encode(status.Message));
        }

        run.Dispose();
    }

    private static GrpcStatus TooLong() => new(GrpcStatusCode.ResourceExhausted, "a message of the service's program is larger than allowed");
}
