using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SnetGateway.Gateway;
using SnetGateway.Gateway.Cli;
using SnetGateway.Gateway.Configuration;
using Xunit;

namespace SnetGateway.Tests.Gateway.Logging;

/// <summary>The level of each area, in the gateway as it is composed.</summary>
public sealed class LogLevelTests : IDisposable
{
    private const string Area = "SnetGateway.Gateway.PaidCalls";

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task Reload_ChangesTheLevelOfOneArea_WhileTheGatewayRuns()
    {
        Write("{}");
        var loader = new ConfigurationLoader(new ConfigurationSources(_file, []));
        ConfigurationResult result = await loader.LoadAsync();
        Assert.Empty(result.Errors);
        await using WebApplication app = GatewayApp.Build(loader, result);
        ConfigurationReload reload = ActivatorUtilities.CreateInstance<ConfigurationReload>(app.Services);
        ILoggerFactory loggers = app.Services.GetRequiredService<ILoggerFactory>();
        ILogger calls = loggers.CreateLogger($"{Area}.PaidCallMiddleware"), other = loggers.CreateLogger("SnetGateway.Gateway.Health.X");
        Assert.Equal((LogLevel.Information, LogLevel.Information), (LevelOf(calls), LevelOf(other)));

        await ReloadAsync(reload, $$"""{ "LogLevel": { "{{Area}}": "Debug", "Default": "Error" } }""");
        Assert.Equal((LogLevel.Debug, LogLevel.Error), (LevelOf(calls), LevelOf(other)));
        await ReloadAsync(reload, $$"""{ "LogLevel": { "{{Area}}": "Loud" } }""");
        Assert.Equal((LogLevel.Debug, LogLevel.Error), (LevelOf(calls), LevelOf(other)));
        await ReloadAsync(reload, "{}");
        Assert.Equal((LogLevel.Information, LogLevel.Information), (LevelOf(calls), LevelOf(other)));
    }

    private static LogLevel LevelOf(ILogger logger) => Enum.GetValues<LogLevel>().First(logger.IsEnabled);

    private async Task ReloadAsync(ConfigurationReload reload, string logging)
    {
        Write(logging);
        await reload.ReadFileAsync(); // twice: the first may have seen half a file
        await reload.ReadFileAsync();
    }

    private void Write(string logging) => File.WriteAllText(_file, InitCommand.Template.Replace(
        "\"SnetGateway\": {", $"\"Logging\": {logging}, \"SnetGateway\": {{", StringComparison.Ordinal));
}
