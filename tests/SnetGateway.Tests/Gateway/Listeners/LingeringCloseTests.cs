using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Time.Testing;
using SnetGateway.Gateway.Listeners;
using Xunit;

namespace SnetGateway.Tests.Gateway.Listeners;

/// <summary>A connection whose HTTP has ended stays open until the client has closed it, or the time for that is over.</summary>
public sealed class LingeringCloseTests
{
    private readonly Pipe _fromClient = new();
    private readonly Pipe _toClient = new();
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task ClientThatCloses_EndsTheConnectionAtOnce()
    {
        Task closing = RunAsync(EndHttpAsync);
        Assert.False((await ReadAsync()).IsCompleted);
        await _fromClient.Writer.WriteAsync("frames that crossed"u8.ToArray());
        Assert.False(_toClient.Reader.TryRead(out _));
        await _fromClient.Writer.CompleteAsync();
        await closing.WaitAsync(GrpcTestHost.Patience);
        Assert.True((await ReadAsync()).IsCompleted);
    }

    [Fact]
    public async Task ClientThatStays_IsDisconnectedAfterTheLimit()
    {
        Task closing = RunAsync(EndHttpAsync);
        _time.Advance(LingeringClose.Limit - TimeSpan.FromMilliseconds(1));
        await _fromClient.Writer.WriteAsync("more"u8.ToArray());
        Assert.False((await ReadAsync()).IsCompleted);
        Assert.False(closing.IsCompleted);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        await closing.WaitAsync(GrpcTestHost.Patience);
        Assert.True((await ReadAsync()).IsCompleted);
    }

    [Fact]
    public async Task ClientThatHasLeftBefore_IsNotWaitedFor()
    {
        await _fromClient.Writer.CompleteAsync();
        await RunAsync(EndHttpAsync).WaitAsync(GrpcTestHost.Patience);
        Assert.True((await ReadAsync()).IsCompleted);
    }

    [Fact]
    public async Task HttpThatFails_ClosesWithItsFailure()
    {
        await _fromClient.Writer.CompleteAsync();
        await RunAsync(transport =>
        {
            transport.Output.Complete(new IOException("broken"));
            return Task.CompletedTask;
        }).WaitAsync(GrpcTestHost.Patience);
        Assert.Equal("broken", (await Assert.ThrowsAsync<IOException>(ReadAsync)).Message);
    }

    [Fact]
    public async Task ConnectionThatBroke_IsNotReadAgain()
    {
        await _fromClient.Writer.CompleteAsync(new IOException("reset"));
        await RunAsync(async transport =>
        {
            IOException broken = await Assert.ThrowsAsync<IOException>(async () => await transport.Input.ReadAsync());
            await transport.Output.CompleteAsync();
            await transport.Input.CompleteAsync(broken);
        }).WaitAsync(GrpcTestHost.Patience);
        Assert.True((await ReadAsync()).IsCompleted);
    }

    [Fact]
    public async Task ReadThatHttpLeftOpen_IsEnded()
    {
        await _fromClient.Writer.WriteAsync("a frame"u8.ToArray());
        Task closing = RunAsync(async transport =>
        {
            await transport.Input.ReadAsync();
            await EndHttpAsync(transport);
        });
        await _fromClient.Writer.CompleteAsync();
        await closing.WaitAsync(GrpcTestHost.Patience);
        Assert.True((await ReadAsync()).IsCompleted);
    }

    private static async Task EndHttpAsync(IDuplexPipe transport)
    {
        await transport.Output.WriteAsync("goaway"u8.ToArray());
        await transport.Output.CompleteAsync();
        await transport.Input.CompleteAsync();
    }

    private async Task<ReadResult> ReadAsync()
    {
        ReadResult read = await _toClient.Reader.ReadAsync();
        _toClient.Reader.AdvanceTo(read.Buffer.End);
        return read;
    }

    private async Task RunAsync(Func<IDuplexPipe, Task> http)
    {
        await using var connection = new DefaultConnectionContext("1", new Duplex(_fromClient.Reader, _toClient.Writer), null!);
        await LingeringClose.RunAsync(connection, served => http(served.Transport), _time);
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
