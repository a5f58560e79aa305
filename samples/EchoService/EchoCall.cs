using Google.Protobuf;
using Google.Protobuf.Collections;
using Grpc.Core;
using SnetGateway.EchoService.Protocol;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.Grpc.Server;

namespace SnetGateway.EchoService;

/// <summary>One call: what its first request asked for, and how far it has come.</summary>
internal sealed class EchoCall(GrpcResponseWriter<EchoReply> replies, GrpcServerCall call, string instance, TimeProvider time)
{
    private readonly TimeSpan? timeLeft = call.Deadline - time.GetUtcNow();
    private EchoRequest ask = new();
    private uint requests;
    private uint sent;

    /// <summary>Takes a request; the first one decides how the call goes.</summary>
    public async Task BeginAsync(EchoRequest request)
    {
        if (requests++ > 0)
        {
            return;
        }

        ask = request;
        Fill(call.ResponseHeaders, ask.InitialMetadata);
        Fill(call.Trailers, ask.TrailingMetadata);
        if (ask.HeadersFirst)
        {
            await replies.SendHeadersAsync(call.CancellationToken);
        }
    }

    /// <summary>The one answer of Say and Gather; a failure or a stall comes in its place.</summary>
    public async Task AnswerOnceAsync(string text)
    {
        await PauseAsync();
        await FinishAsync();
        await replies.WriteAsync(Reply(text), call.CancellationToken);
    }

    public async Task AnswerAsync(string text, uint count)
    {
        for (var i = 0u; i < count; i++)
        {
            if (ask.Failure is { } failure && sent >= failure.AfterAnswers)
            {
                throw Asked(failure);
            }

            await StallIfDueAsync();
            await PauseAsync();
            await replies.WriteAsync(Reply(text), call.CancellationToken);
        }
    }

    /// <summary>What remains to be done when all answers have gone out.</summary>
    public async Task FinishAsync()
    {
        if (ask.Failure is { } failure)
        {
            throw Asked(failure);
        }

        await StallIfDueAsync();
    }

    private static RpcException Asked(Failure failure) => new(new Status((StatusCode)failure.Code, failure.Message));

    private async Task PauseAsync()
    {
        var milliseconds = sent == 0 ? ask.FirstDelayMs : ask.GapMs;
        if (milliseconds > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), time, call.CancellationToken);
        }
    }

    private async Task StallIfDueAsync()
    {
        if (ask.HasStallAfter && sent >= ask.StallAfter)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, call.CancellationToken);
        }
    }

    private EchoReply Reply(string text)
    {
        var reply = new EchoReply { Text = text, Index = sent++, Instance = instance, Requests = requests };
        if (ask.PaddingBytes > 0)
        {
            var padding = new byte[ask.PaddingBytes];
            Array.Fill(padding, (byte)'x');
            reply.Padding = UnsafeByteOperations.UnsafeWrap(padding);
        }

        if (timeLeft is { } left)
        {
            reply.DeadlineMs = (uint)Math.Clamp(left.TotalMilliseconds, 0, uint.MaxValue);
        }

        if (ask.ShowMetadata)
        {
            reply.Metadata.AddRange(
                from header in call.HttpContext.Request.Headers
                where !header.Key.StartsWith(':') && !IsTransport(header.Key)
                orderby header.Key
                select Entry(header.Key.ToLowerInvariant(), string.Join(", ", header.Value.ToArray())));
        }

        return reply;
    }

    // What a gRPC library keeps to itself; the other example service does not see them either.
    private static bool IsTransport(string name) =>
        name.StartsWith(GrpcHeaderNames.ReservedPrefix, StringComparison.OrdinalIgnoreCase)
        || name.ToLowerInvariant() is "content-type" or "te" or "host" or "accept-encoding" or "transfer-encoding";

    // Senders may leave the padding of base64 away; a reply always has it.
    private static MetadataEntry Entry(string key, string value)
    {
        var bytes = new byte[BinaryMetadata.MaxDecodedLength(value.Length)];
        return key.EndsWith(BinaryMetadata.Suffix, StringComparison.Ordinal) && BinaryMetadata.TryDecode(value, bytes, out var length)
            ? new MetadataEntry { Key = key, Value = Convert.ToBase64String(bytes, 0, length) }
            : new MetadataEntry { Key = key, Value = value };
    }

    private static void Fill(Metadata metadata, MapField<string, string> wanted)
    {
        foreach (var (name, value) in wanted)
        {
            if (name.EndsWith(BinaryMetadata.Suffix, StringComparison.Ordinal))
            {
                metadata.Add(name, Convert.FromBase64String(value));
            }
            else
            {
                metadata.Add(name, value);
            }
        }
    }
}
