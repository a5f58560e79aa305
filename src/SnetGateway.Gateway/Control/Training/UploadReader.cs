using System.Buffers;
using System.IO.Pipelines;
using Google.Protobuf;
using Grpc.Core;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.GrpcWire.Frames;
using GrpcStatus = Grpc.Core.Status;

namespace SnetGateway.Gateway.Control.Training;

/// <summary>
/// The messages of an upload, one after the other: one is in memory at a time. Not the package's reader, which has one limit of size for
/// the messages of all of the gateway's own methods.
/// </summary>
internal sealed class UploadReader(PipeReader body, int maxMessageBytes)
{
    /// <summary>
    /// The next message; null at the end. Throws <see cref="UploadException"/> when the request is not valid, and what the server throws
    /// when the client disconnects.
    /// </summary>
    public async ValueTask<UploadAndValidateRequest?> ReadAsync(CancellationToken cancellationToken)
    {
        ReadResult read = await ReadAtLeastAsync(FrameHeader.Size, cancellationToken);
        if (read.Buffer.IsEmpty)
        {
            return null;
        }

        if (read.Buffer.Length < FrameHeader.Size)
        {
            throw new UploadException(CallFailures.HalfRequest);
        }

        FrameHeader header = HeaderOf(read.Buffer);
        int whole = FrameHeader.Size + (int)header.Length;
        if (read.Buffer.Length < whole)
        {
            body.AdvanceTo(read.Buffer.Start);
            read = await ReadAtLeastAsync(whole, cancellationToken);
        }

        if (read.Buffer.Length < whole)
        {
            throw new UploadException(CallFailures.HalfRequest);
        }

        try
        {
            return UploadAndValidateRequest.Parser.ParseFrom(read.Buffer.Slice(FrameHeader.Size, header.Length));
        }
        catch (InvalidProtocolBufferException)
        {
            throw new UploadException(CallFailures.BrokenRequest);
        }
        finally
        {
            body.AdvanceTo(read.Buffer.GetPosition(whole));
        }
    }

    private async ValueTask<ReadResult> ReadAtLeastAsync(int bytes, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAtLeastAsync(bytes, cancellationToken);
        }
        catch (BadHttpRequestException)
        {
            throw new UploadException(CallFailures.BrokenRequest);
        }
        catch (IOException)
        {
            throw new UploadException(CallFailures.ClientDisconnected);
        }
    }

    private FrameHeader HeaderOf(in ReadOnlySequence<byte> buffer)
    {
        Span<byte> bytes = stackalloc byte[FrameHeader.Size];
        buffer.Slice(0, FrameHeader.Size).CopyTo(bytes);
        return !FrameHeader.TryRead(bytes, out FrameHeader header) ? throw new UploadException(CallFailures.BrokenRequest)
            : header.IsCompressed
                ? throw new UploadException(StatusCode.Unimplemented, "the messages of an upload must not be compressed")
            : header.Length > (uint)maxMessageBytes
                ? throw new UploadException(
                    CallFailures.OfRequestFrame(FrameEvent.TooLong, header.Length, (uint)maxMessageBytes))
            : header;
    }
}

/// <summary>An upload that ends because of what the client sent, or did not send.</summary>
internal sealed class UploadException(CallFailure failure) : Exception(failure.Status.Detail)
{
    public UploadException(StatusCode code, string text)
        : this(new CallFailure(new GrpcStatus(code, text), FailureCause.Client))
    {
    }

    public CallFailure Failure => failure;
}
