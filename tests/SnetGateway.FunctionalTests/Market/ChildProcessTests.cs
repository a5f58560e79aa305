using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.Market;

public sealed class ChildProcessTests
{
    [Fact]
    public async Task WaitForLine_ProgramEndsBefore_TellsItsOutput()
    {
        await using var child = ChildProcess.Start("sh", ["-c", "echo out; echo broken >&2; exit 3"]);

        InvalidOperationException failure = await Assert.ThrowsAsync<InvalidOperationException>(() => child.WaitForLineAsync(_ => false));

        Assert.Contains("ended with 3", failure.Message, StringComparison.Ordinal);
        Assert.Contains("broken", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Start_NoSuchProgram_NamesIt()
    {
        InvalidOperationException failure = Assert.Throws<InvalidOperationException>(() => ChildProcess.Start("no-such-program", []));

        Assert.Contains("no-such-program", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Input_IsHeldOpenUntilDisposed()
    {
        var child = ChildProcess.Start("cat", []);
        await child.WriteLineAsync("hello");

        Assert.Equal("hello", await child.WaitForLineAsync(line => line.Length > 0));
        await child.DisposeAsync();
        Assert.False(Directory.Exists($"/proc/{child.Pid}"));
    }

    [Fact]
    public async Task StopAndContinue_FreezeAndThaw()
    {
        await using var child = ChildProcess.Start("cat", []);

        child.Send(UnixSignal.Stop);
        await child.WriteLineAsync("later");
        await Assert.ThrowsAsync<TimeoutException>(() => child.WaitForLineAsync(_ => true, TimeSpan.FromMilliseconds(100)));
        child.Send(UnixSignal.Continue);

        Assert.Equal("later", await child.WaitForLineAsync(_ => true));
    }

    [Fact]
    public async Task Kill_EndsAtOnce()
    {
        await using var child = ChildProcess.Start("sh", ["-c", "trap '' TERM; echo ready; read line"]);
        await child.WaitForLineAsync(line => line == "ready");

        await child.KillAsync();

        Assert.Equal(128 + 9, await child.WaitForExitAsync());
    }
}
