using Google.Protobuf;
using Google.Protobuf.Collections;
using Grpc.Core;
using SnetGateway.EchoService.Protocol;

namespace SnetGateway.EchoService;

/// <summary>One call: what its first request asked for, and how far it has come.</summary>
internal sealed class EchoCall(ServerCallContext context, string instance, TimeProvider time)
{
    private readonly TimeSpan? timeLeft = context.Deadline == DateTime.MaxValue ? null : context.Deadline - time.GetUtcNow().UtcDateTime;
    private EchoRequest ask = new();
    private bool hasSentHeaders;
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
        Fill(context.ResponseTrailers, ask.TrailingMetadata);
        if (ask.HeadersFirst)
        {
            await SendHeadersAsync();
        }
    }

    /// <summary>The one answer of Say and Gather; a failure or a stall comes in its place.</summary>
    public async Task<EchoReply> AnswerOnceAsync(string text)
    {
        await PauseAsync();
        await FinishAsync();
        await SendHeadersAsync();
        return Reply(text);
    }

    public async Task AnswerAsync(IServerStreamWriter<EchoReply> replies, string text, uint count)
    {
        for (var i = 0u; i < count; i++)
        {
            if (ask.Failure is { } failure && sent >= failure.AfterAnswers)
            {
                throw Asked(failure);
            }

            await StallIfDueAsync();
            await PauseAsync();
            await SendHeadersAsync();
            await replies.WriteAsync(Reply(text), context.CancellationToken);
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
            await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), time, context.CancellationToken);
        }
    }

    private async Task StallIfDueAsync()
    {
        if (ask.HasStallAfter && sent >= ask.StallAfter)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, context.CancellationToken);
        }
    }

    // Headers without metadata need no packet of their own: they go out with the first answer.
    private async Task SendHeadersAsync()
    {
        if (hasSentHeaders || (ask.InitialMetadata.Count == 0 && !ask.HeadersFirst))
        {
            return;
        }

        hasSentHeaders = true;
        var headers = new Metadata();
        Fill(headers, ask.InitialMetadata);
        await context.WriteResponseHeadersAsync(headers);
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
            reply.Metadata.AddRange(context.RequestHeaders.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(Entry));
        }

        return reply;
    }

    // Several values of one key are joined by a comma alone in the metadata; the request's headers still have them one by one.
    private MetadataEntry Entry(Metadata.Entry entry) => new()
    {
        Key = entry.Key,
        Value = entry.IsBinary
            ? Convert.ToBase64String(entry.ValueBytes)
            : string.Join(", ", context.GetHttpContext().Request.Headers[entry.Key].ToArray()),
    };

    private static void Fill(Metadata metadata, MapField<string, string> wanted)
    {
        foreach (var (name, value) in wanted)
        {
            if (name.EndsWith(Metadata.BinaryHeaderSuffix, StringComparison.Ordinal))
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
