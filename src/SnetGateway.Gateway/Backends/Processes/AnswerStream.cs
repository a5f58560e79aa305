using System.Buffers;
using System.IO.Pipelines;
using System.Net.Http.Headers;
using Grpc.Core;
using SnetGateway.Gateway.Backends.Translation;
using SnetGateway.Gateway.Streams;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Messages;
using SnetGateway.GrpcWire.Statuses;

namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>
/// A stream of messages from a program, as gRPC frames. It reads the program's output only as fast as the client takes the answer, and at its
/// end sets the trailers. Disposing it kills the program.
/// </summary>
internal sealed class AnswerStream(ProgramRun run, ProgramOutput form, int maxBytes, JsonTranslation? translation) : ReadOnceStream
{
    /// <summary>A message is searched for from its beginning each time that more has come: not too often.</summary>
    private const int BufferBytes = 64 * 1024;

    private readonly long _mostOutput = translation is null ? maxBytes : MethodMessages.MostJson(maxBytes);
    private readonly PipeReader _output = PipeReader.Create(run, new StreamPipeReaderOptions(bufferSize: BufferBytes, leaveOpen: true));
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
                _frame = await NextFrameAsync();
            }
            catch (RpcException refused)
            {
                End(refused.Status);
            }
            catch (ServiceFaultException fault)
            {
                End(fault.Status);
            }
        }

        int count = Math.Min(buffer.Length, _frame.Length);
        _frame[..count].CopyTo(buffer);
        _frame = _frame[count..];
        return count;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            run.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>The next message; nothing when the program has ended and the trailers are set.</summary>
    private async ValueTask<byte[]> NextFrameAsync()
    {
        while (true)
        {
            ReadResult read = await _output.ReadAsync();
            ReadOnlySequence<byte> rest = read.Buffer;
            if (OutputSplitter.TryTake(form, _mostOutput, read.IsCompleted, ref rest, out ReadOnlySequence<byte> message))
            {
                byte[] content = message.ToArray();
                _output.AdvanceTo(rest.Start);
                content = translation?.ToClient(content) ?? content;
                return content.Length <= maxBytes ? SingleMessage.Write(content) : throw OutputSplitter.TooLong();
            }

            bool hasRest = !rest.IsEmpty;
            _output.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted)
            {
                Status status = await run.EndAsync();
                End(status.StatusCode == StatusCode.OK && hasRest ? new Status(StatusCode.Internal, "the service's program ended in the middle of a message") : status);
                return [];
            }
        }
    }

    private void End(Status status)
    {
        _hasEnded = true;
        _output.Complete();
        Trailers!.TryAddWithoutValidation(GrpcHeaderNames.Status, GrpcStatusText.Of(status.StatusCode));
        if (status.Detail.Length > 0)
        {
            Trailers!.TryAddWithoutValidation(GrpcHeaderNames.Message, GrpcMessage.Encode(status.Detail));
        }

        run.Dispose();
    }
}
