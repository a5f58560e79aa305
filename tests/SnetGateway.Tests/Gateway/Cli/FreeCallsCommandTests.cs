using System.Text.Json;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.Tests.Gateway.Cli;

/// <summary>`free-calls list` and `reset`, and what `ledger` says of free calls, on a real file.</summary>
public sealed class FreeCallsCommandTests : IAsyncLifetime
{
    private const string User = "0x00000000000000000000000000000000000000AB";
    private static readonly string s_user = User.ToLowerInvariant();

    private readonly LedgerOfAGateway _ledger = new();

    /// <summary>The ledger of a gateway: two calls of a user and one of a user id.</summary>
    public async ValueTask InitializeAsync()
    {
        foreach (string userId in (string[])["", "", "someone"])
        {
            await _ledger.MakeFreeCallAsync(Address.Parse(s_user), userId, "/t.T/Go");
        }
    }

    public ValueTask DisposeAsync() => _ledger.DisposeAsync();

    [Fact]
    public async Task List_Table_AndJson_WhileAGatewayRuns()
    {
        Assert.Equal(0, await _ledger.RunAsync("free-calls", "list"));
        string[] lines = _ledger.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.Equal(2, lines.Count(line => line.StartsWith($"{s_user} ", StringComparison.Ordinal)));

        Assert.Equal(0, await _ledger.RunAsync("free-calls", "list", "--json"));
        JsonElement[] rows =
            [.. _ledger.Output.Trim().Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(["1", "2"], rows.Select(row => row.GetProperty("callsMade").GetString()!).Order(StringComparer.Ordinal));
        Assert.All(rows, row => Assert.Equal("translate", row.GetProperty("service").GetString()));
    }

    [Fact]
    public async Task Explain_TellsEachCountOfTheUser()
    {
        Assert.Equal(0, await _ledger.RunAsync("ledger", "explain", User));
        string text = _ledger.Output;
        Assert.Equal(2, text.Split("Free calls of " + s_user).Length - 1);
        Assert.Contains("translate /t.T/Go 1 times: 2 made", text, StringComparison.Ordinal);
        Assert.Equal(1, await _ledger.RunAsync("ledger", "explain", "0x00000000000000000000000000000000000000ac"));
    }

    [Fact]
    public async Task Verify_CountsThem()
    {
        Assert.Equal(0, await _ledger.RunAsync("ledger", "verify"));
        Assert.Equal(
            "0 channels, 2 plans and counts of free calls, 3 entries, 0 cogs delivered: clean", _ledger.Output.Trim());
    }

    [Fact]
    public async Task Reset_WhileAGatewayHasTheFile_SaysWhoHasIt()
    {
        Assert.Equal(2, await _ledger.RunAsync("free-calls", "reset", "--address", User));
        Assert.Contains("in use", _ledger.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reset_SetsTheCountOfTheUserIdToZero_AndNoOther()
    {
        await _ledger.CloseAsync();
        Assert.Equal(0, await _ledger.RunAsync("free-calls", "reset", "--address", User, "--user-id", "someone"));
        Assert.Equal("translate: 1 free calls made, now 0", _ledger.Output.Trim());
        Assert.Equal(1, await _ledger.RunAsync("free-calls", "reset", "--address", User, "--user-id", "nobody"));
        Assert.Equal(1, await _ledger.RunAsync("free-calls", "reset", "--address", User, "--service", "draw"));

        Assert.Equal(0, await _ledger.RunAsync("free-calls", "list", "--json"));
        Assert.Equal(
            ["0", "2"],
            _ledger.Output.Trim().Split('\n')
                .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("callsMade").GetString()!).Order(StringComparer.Ordinal));
        Assert.Equal(0, await _ledger.RunAsync("ledger", "verify"));
    }

    [Theory]
    [InlineData("free-calls", "reset", "--address", "0x12")]
    [InlineData("free-calls", "reset", "--address", User, "--service", "none")]
    [InlineData("free-calls", "reset")]
    public async Task Reset_WithoutAUserOrAService_IsAnErrorOfUsage(params string[] args)
    {
        await _ledger.CloseAsync();
        Assert.Equal(2, await _ledger.RunAsync(args));
    }
}
