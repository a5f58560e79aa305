using System.Security.Cryptography;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.PaymentCore;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Configuration;

/// <summary>Puts a changed, valid file or descriptors in force. It polls: notifications miss files that are mounted or linked.</summary>
internal sealed class ConfigurationReload(
    ConfigurationLoader loader,
    ConfigurationResult startup,
    AcceptedConfiguration accepted,
    LiveSnapshot live,
    TimeProvider time,
    ILogger<ConfigurationReload> logger) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private string _seen = StateOf(startup.Content, loader.Descriptors.SeenFiles);
    private string _validated = StateOf(startup.Content, loader.Descriptors.SeenFiles);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await ReadFileAsync();
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                ConfigurationLog.ReloadFailed(logger, loader.Sources.File, e);
            }
        }
    }

    /// <summary>
    /// Reads the file once. It is validated when two reads saw the same content, and the same descriptor files: the first may have seen a
    /// file that is still being written.
    /// </summary>
    internal async ValueTask ReadFileAsync()
    {
        var errors = new ErrorList();
        byte[]? content = loader.Sources.ReadFile(errors);
        string state = StateOf(content, loader.Descriptors.ReadFiles());
        if (Interlocked.Exchange(ref _seen, state) != state || state == _validated)
        {
            return;
        }

        _validated = state;
        if (content is null && errors.IsEmpty)
        {
            // A file that existed at startup and is gone does not ask for the embedded defaults.
            errors.Add(loader.Sources.File, "the file is gone", "Put it back");
        }

        ConfigurationResult result = await loader.LoadAsync(content, errors, startup.Values);
        _validated = StateOf(content, loader.Descriptors.SeenFiles); // the content may name further descriptors
        if (!result.IsValid)
        {
            ConfigurationLog.Refused(logger, loader.Sources.File, result.Errors.Count, string.Join('\n', result.Errors));
            return;
        }

        IReadOnlyList<string> later = AcceptedConfiguration.NeedingRestart(startup.Values, result.Values);
        if (later.Count > 0)
        {
            ConfigurationLog.NeedsRestart(logger, loader.Sources.File, string.Join(", ", later));
            if (result.Options.Chain.IsConfigured)
            {
                LedgerPlace.ReportChange(logger, loader.Sources.File, startup.Options.Ledger, result.Options.Ledger);
            }
        }

        live.Swap(result.Snapshot);
        string changes = accepted.Accept(result.Values);
        ConfigurationLog.Reloaded(
            logger, loader.Sources.File, result.Options.Services.Count, result.Snapshot.Routes.Count, result.Snapshot.Clusters.Count,
            changes);
    }

    private static string StateOf(byte[]? content, string descriptorFiles) =>
        $"{(content is null ? "missing" : Convert.ToHexString(SHA256.HashData(content)))}\n{descriptorFiles}";
}
