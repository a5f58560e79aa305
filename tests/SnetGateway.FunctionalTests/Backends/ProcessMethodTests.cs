using SnetGateway.FunctionalTests.Infrastructure;
using Xunit;

namespace SnetGateway.FunctionalTests.Backends;

/// <summary>Which method a program serves: the full path decides, as it does for the price.</summary>
public sealed class ProcessMethodTests
{
    private const string PrintArguments = "for a in \"$@\"; do printf '[%s]' \"$a\"; done";

    [Fact]
    public async Task FreeRouteToAPaidProgram_DoesNotRunThePaidMethod()
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(folder.Shell(PrintArguments), ("Arguments:0", "{method}"));
        Assert.Equal([$"[{GatewayHarness.Method}]"], (await gateway.CallAsync("a")).Texts);
        Assert.Equal([$"[{GatewayHarness.FreeMethod}]"], (await gateway.CallAsync(Wire.Frame("a"), [], GatewayHarness.FreeMethod)).Texts);
    }

    [Fact]
    public async Task ArgumentOfAMethod_IsGivenForItsFullPathOnly()
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(
            folder.Shell(PrintArguments), ("Arguments:0", "--method={method}"), ("Arguments:1", "-v"),
            ($"Methods:{GatewayHarness.Method}:Argument", "generate"));
        Assert.Equal(["[--method=generate][-v]"], (await gateway.CallAsync("a")).Texts);
        GrpcReply free = await gateway.CallAsync(Wire.Frame("a"), [], GatewayHarness.FreeMethod);
        Assert.Equal(12, free.Status);
        Assert.Equal("unknown method", free.Message);
    }

    [Fact]
    public async Task OutputOfAMethod_OverridesTheProgramsOutput()
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(
            folder.Shell("echo 1; echo 2"), ($"Methods:{GatewayHarness.Method}:Output", "Lines"),
            ("Methods:/test.Echo/Whole:Argument", "whole"));
        Assert.Equal(["1", "2"], (await gateway.CallAsync("a")).Texts);
        Assert.Equal(["1\n2\n"], (await gateway.CallAsync(Wire.Frame("a"), GatewayHarness.Payment(), "/test.Echo/Whole")).Texts);
    }
}
