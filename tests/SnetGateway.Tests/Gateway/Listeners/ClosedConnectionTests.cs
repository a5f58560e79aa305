using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Time.Testing;
using SnetGateway.Gateway.Listeners;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.Tests.Gateway.Listeners;

/// <summary>A connection whose client has left ends, also when the server's code for it does not.</summary>
public sealed class ClosedConnectionTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly TaskCompletionSource _http = new();

    [Fact]
    public async Task HttpThatNeverEnds_IsLeft_AfterTheClientHasClosedAndTheLimit()
    {
        Task connection = RunAsync();
        _time.Advance(TimeSpan.FromDays(1));
        Assert.False(connection.IsCompleted);

        await _closed.CancelAsync();
        await Eventually.TrueAsync("the connection ends", () =>
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(connection.IsCompleted);
        });
        await connection;
        Assert.True(_time.GetUtcNow() - _time.Start >= TimeSpan.FromDays(1) + ClosedConnection.Limit);
    }

    [Fact]
    public async Task HttpThatEndsAfterTheClientHasClosed_EndsTheConnection()
    {
        Task connection = RunAsync();
        await _closed.CancelAsync();
        _http.SetResult();
        await connection.WaitAsync(GrpcTestHost.Patience);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task HttpThatFails_FailsTheConnection(bool hasClosed)
    {
        Task connection = RunAsync();
        if (hasClosed)
        {
            await _closed.CancelAsync();
        }

        _http.SetException(new TimeoutException("of the server"));
        Assert.Equal("of the server", (await Assert.ThrowsAsync<TimeoutException>(() => connection)).Message);
    }

    private Task RunAsync() => ClosedConnection.RunAsync(
        new DefaultConnectionContext { ConnectionClosed = _closed.Token }, _ => _http.Task, _time);
}
