using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Gateway.Streams;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Gateway.PaidCalls;

/// <summary>Headers that go ahead of a late message, and the read of that message, which owns its reader's memory until it ends.</summary>
public sealed class InitialMetadataStreamTests
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(20);

    private readonly TestTimeProvider _time = new();
    private readonly SilentAnswer _answer = new();

    [Fact]
    public async Task HeadersCannotGoOut_TheReadIsEnded_AndNotLeftBehind()
    {
        using var lifetime = new Lifetime();
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpRequestLifetimeFeature>(lifetime);
        var failure = new InvalidOperationException("broken");
        SettleFirstBody body = Body(context, failure);
        await using var stream = new InitialMetadataStream(_answer, body, _time);

        // The read is cancelled by whoever cancels the request, as a forwarder does.
        Task<int> reading = stream.ReadAsync(new byte[10], context.RequestAborted).AsTask();
        await _time.WhenArmedAsync();
        _time.Advance(TimeSpan.FromSeconds(1));
        await _answer.Cancelled.WaitAsync(s_timeout);
        Assert.False(reading.IsCompleted);
        _answer.End();
        Assert.Same(failure, await Assert.ThrowsAsync<InvalidOperationException>(() => reading.WaitAsync(s_timeout)));
        Assert.Same(CallFailures.Fault, body.Call.Failure);
    }

    [Fact]
    public async Task ReadGivenUp_WhileHeadersGoOut_IsNotLeftBehind_AndIsNoFault()
    {
        var context = new DefaultHttpContext();
        using var leaving = new CancellationTokenSource();
        SettleFirstBody body = Body(context, null);
        await using var stream = new InitialMetadataStream(_answer, body, _time);
        Task<int> reading = stream.ReadAsync(new byte[10], leaving.Token).AsTask();
        await _time.WhenArmedAsync();
        _time.Advance(TimeSpan.FromSeconds(1));
        await leaving.CancelAsync();
        await _answer.Cancelled.WaitAsync(s_timeout);
        Assert.False(reading.IsCompleted);
        _answer.End();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading.WaitAsync(s_timeout));
        Assert.Null(body.Call.Failure);
    }

    /// <param name="context">The request.</param>
    /// <param name="failure">What its headers end in; null when they never go out.</param>
    private SettleFirstBody Body(DefaultHttpContext context, Exception? failure) => new(
        new ForwardedCall(context, route: null!, reservation: null, new CallClock(_time)),
        new StreamResponseBodyFeature(new Blocked(failure)),
        completion: null!,
        maxMessageBytes: 100);

    /// <summary>An answer without a message: its read ends some time after it was cancelled.</summary>
    private sealed class SilentAnswer : ReadOnceStream
    {
        private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<int> _read = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Cancelled => _cancelled.Task;

        public void End() => _read.TrySetCanceled();

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            cancellationToken.Register(_cancelled.SetResult);
            return new ValueTask<int>(_read.Task);
        }
    }

    private sealed class Lifetime : IHttpRequestLifetimeFeature, IDisposable
    {
        private readonly CancellationTokenSource _aborted = new();

        public CancellationToken RequestAborted
        {
            get => _aborted.Token;
            set => throw new NotSupportedException();
        }

        public void Abort() => _aborted.Cancel();

        public void Dispose() => _aborted.Dispose();
    }

    private sealed class Blocked(Exception? failure) : WriteOnceStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => default;

        public override Task FlushAsync(CancellationToken cancellationToken) =>
            failure is null ? new TaskCompletionSource().Task : Task.FromException(failure);
    }
}
