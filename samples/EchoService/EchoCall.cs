using Google.Protobuf;
using Google.Protobuf.Collections;
using Grpc.Core;
using SnetGateway.EchoService.Protocol;

namespace SnetGateway.EchoService;

/// <summary>One call: what its first request asked for, and how far it has come.</summary>
internal sealed class EchoCall(ServerCallContext context, string instance, TimeProvider time)
{
    private readonly TimeSpan? _timeLeft = context.Deadline == DateTime.MaxValue ? null : context.Deadline - time.GetUtcNow().UtcDateTime;
    private EchoRequest _ask = new();
    private bool _hasSentHeaders;
    private uint _requests;
    private uint _sent;

    /// <summary>Takes a request; the first one decides how the call goes.</summary>
    public async Task BeginAsync(EchoRequest request)
    {
        if (_requests++ > 0)
        {
            return;
        }

        _ask = request;
        Fill(context.ResponseTrailers, _ask.TrailingMetadata);
        if (_ask.HeadersFirst)
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
        for (uint i = 0u; i < count; i++)
        {
            if (_ask.Failure is { } failure && _sent >= failure.AfterAnswers)
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
        if (_ask.Failure is { } failure)
        {
            throw Asked(failure);
        }

        await StallIfDueAsync();
    }

    private static RpcException Asked(Failure failure) => new(new Status((StatusCode)failure.Code, failure.Message));

    private async Task PauseAsync()
    {
        uint milliseconds = _sent == 0 ? _ask.FirstDelayMs : _ask.GapMs;
        if (milliseconds > 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(milliseconds), time, context.CancellationToken);
        }
    }

    private async Task StallIfDueAsync()
    {
        if (_ask.HasStallAfter && _sent >= _ask.StallAfter)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, context.CancellationToken);
        }
    }

    // Headers without metadata need no packet of their own: they go out with the first answer.
    private async Task SendHeadersAsync()
    {
        if (_hasSentHeaders || (_ask.InitialMetadata.Count == 0 && !_ask.HeadersFirst))
        {
            return;
        }

        _hasSentHeaders = true;
        var headers = new Metadata();
        Fill(headers, _ask.InitialMetadata);
        await context.WriteResponseHeadersAsync(headers);
    }

    private EchoReply Reply(string text)
    {
        var reply = new EchoReply { Text = text, Index = _sent++, Instance = instance, Requests = _requests };
        if (_ask.PaddingBytes > 0)
        {
            byte[] padding = new byte[_ask.PaddingBytes];
            Array.Fill(padding, (byte)'x');
            reply.Padding = UnsafeByteOperations.UnsafeWrap(padding);
        }

        if (_timeLeft is { } left)
        {
            reply.DeadlineMs = (uint)Math.Clamp(left.TotalMilliseconds, 0, uint.MaxValue);
        }

        if (_ask.ShowMetadata)
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
        foreach ((string? name, string? value) in wanted)
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
