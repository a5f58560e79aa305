using SnetGateway.Gateway.Catalog;

namespace SnetGateway.Gateway.Configuration;

/// <summary>
/// Looks at the configuration file each second and puts a changed one in force, if it is right as a whole. It reads rather than being told:
/// a notification misses files that are mounted or exchanged by a link, and reading a few kilobytes a second costs nothing.
/// </summary>
internal sealed class ConfigurationReload(
    ConfigurationLoader loader,
    ConfigurationResult atStart,
    AcceptedConfiguration accepted,
    LiveSnapshot live,
    TimeProvider time,
    ILogger<ConfigurationReload> logger) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private ConfigurationResult _inForce = atStart;
    private byte[]? _seen = atStart.Content;
    private byte[]? _judged = atStart.Content;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await ReadChannelAsync();
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                ConfigurationLog.ReloadFailed(logger, loader.Sources.File, e);
            }
        }
    }

    /// <summary>One look. A file is judged when two looks saw the same content: one that is being written is left to grow.</summary>
    internal async ValueTask ReadChannelAsync()
    {
        var errors = new ErrorList();
        byte[]? content = loader.Sources.ReadFile(errors);
        bool isSettled = Same(content, _seen);
        _seen = content;
        if (!isSettled || Same(content, _judged))
        {
            return;
        }

        _judged = content;
        ConfigurationResult result = content is null && errors.IsEmpty
            ? Gone(errors)
            : await loader.LoadAsync(content, errors);
        if (!result.IsValid)
        {
            ConfigurationLog.Refused(logger, loader.Sources.File, result.Errors.Count, string.Join('\n', result.Errors));
            return;
        }

        IReadOnlyList<string> later = ConfigurationChanges.NeedingRestart(_inForce.Values, result.Values);
        if (later.Count > 0)
        {
            ConfigurationLog.NeedsRestart(logger, loader.Sources.File, string.Join(", ", later));
        }

        _inForce = result;
        live.Swap(result.Snapshot);
        accepted.Accept(result.Values);
        ConfigurationLog.Reloaded(
            logger, loader.Sources.File, result.Options.Services.Count, result.Snapshot.Routes.Count, result.Snapshot.Clusters.Count);
    }

    /// <summary>A file that was there at the start and is gone is an error, not a wish for the embedded defaults.</summary>
    private ConfigurationResult Gone(ErrorList errors)
    {
        errors.Add(loader.Sources.File, "the file is gone", "Put it back");
        return ConfigurationResult.Unreadable(errors.All);
    }

    private static bool Same(byte[]? left, byte[]? right) => left is null ? right is null : right is not null && left.AsSpan().SequenceEqual(right);
}
