using System.Net;
using System.Net.Sockets;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.Cli;

/// <summary>Commands as processes on a real terminal (by `script` of util-linux): tables and progress there, and none in a pipe.</summary>
[Trait("Needs", "time")]
public sealed class TerminalTests : IDisposable
{
    private const string Waiting = "Waiting for the gateway", HideCursor = "\u001b[?25l", ShowCursor = "\u001b[?25h";

    /// <summary>Colours, and bold and dim texts.</summary>
    private const string Style = @"\u001b\[[0-9;]*m";

    private readonly TcpListener _silent = new(IPAddress.Loopback, 0);

    /// <summary>A command that asks a gateway which takes connections and never responds.</summary>
    private string AskSilentGateway => $"instances --address {_silent.LocalEndpoint}";

    public TerminalTests()
    {
        _silent.Start();
    }

    public void Dispose() => _silent.Dispose();

    [Theory]
    [InlineData("", true)]
    [InlineData(" | cat", false)]
    public async Task Prices_TableWithALine_OnATerminalOnly(string pipe, bool hasLine)
    {
        await using ChildProcess command = OnTerminal($"prices --config '{RepositoryFiles.PathOf("appsettings/minimal.json")}'{pipe}");
        Assert.True(await command.WaitForExitAsync() == 0, command.RecentOutput);
        Assert.Contains("fixed_price", command.RecentOutput, StringComparison.Ordinal);
        Assert.Equal(hasLine, command.RecentOutput.Contains('─'));
        Assert.DoesNotMatch(Style, command.RecentOutput);
    }

    [Fact]
    public async Task LongWork_IsShown_AndNothingOfItStays()
    {
        await using ChildProcess command = OnTerminal(AskSilentGateway, ("NO_COLOR", "1"));
        using Socket connection = await _silent.AcceptSocketAsync().WaitAsync(ChildProcess.Patience);
        await command.WaitForLineAsync(line => line.Contains(Waiting, StringComparison.Ordinal));
        connection.Close();

        Assert.Equal(2, await command.WaitForExitAsync());
        string output = command.RecentOutput;
        int[] places =
        [
            .. ((string[])[HideCursor, Waiting, ShowCursor, "error: no gateway at"])
                .Select(text => output.LastIndexOf(text, StringComparison.Ordinal)),
        ];
        Assert.DoesNotContain(-1, places);
        Assert.Equal(places.Order(), places);
        Assert.DoesNotMatch(Style, output);
    }

    [Fact]
    public async Task LongWork_Interrupted_HasTheCursorBack()
    {
        await using ChildProcess command = OnTerminal(AskSilentGateway);
        await command.WaitForLineAsync(line => line.Contains(Waiting, StringComparison.Ordinal));
        await command.WriteLineAsync("\u0003"); // as a person presses Ctrl+C

        Assert.Equal(128 + 2, await command.WaitForExitAsync());
        Assert.Contains(ShowCursor, command.RecentOutput, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(" 2>&1 | cat", "xterm")]
    [InlineData("", "dumb")]
    public async Task LongWork_WhereNoLineCanBeWrittenAgain_IsNotShown(string pipe, string terminal)
    {
        await using ChildProcess command = OnTerminal(AskSilentGateway + pipe, ("TERM", terminal));
        using Socket connection = await _silent.AcceptSocketAsync().WaitAsync(ChildProcess.Patience);
        await Task.Delay(TimeSpan.FromSeconds(1.5)); // it would be shown after one
        connection.Close();

        await command.WaitForExitAsync();
        Assert.Contains("error: no gateway at", command.RecentOutput, StringComparison.Ordinal);
        Assert.DoesNotContain(HideCursor, command.RecentOutput, StringComparison.Ordinal);
        Assert.DoesNotContain(Waiting, command.RecentOutput, StringComparison.Ordinal);
    }

    private static ChildProcess OnTerminal(string command, params (string Name, string Value)[] environment)
    {
        var variables = new Dictionary<string, string?> { ["TERM"] = "xterm", ["NO_COLOR"] = null };
        foreach ((string name, string value) in environment)
        {
            variables[name] = value;
        }

        // A test run in the background ignores Ctrl+C, and so would all that it starts.
        string line = $"env --default-signal=INT '{GatewayProcess.Program}' {command}";
        return ChildProcess.Start("script", ["--quiet", "--return", "--command", line, "/dev/null"], environment: variables);
    }
}
