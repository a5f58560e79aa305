using System.Security.Cryptography;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Hosting;
using SnetGateway.Gateway.PaymentCore;
using SnetGateway.Gateway.ServiceMetadata;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Configuration;

/// <summary>Puts a changed, valid file or descriptors in force. It polls: notifications miss files that are mounted or linked.</summary>
internal sealed class ConfigurationReload(
    ConfigurationLoader loader,
    ConfigurationResult startup,
    AcceptedConfiguration accepted,
    LiveSnapshot live,
    CommonTimer timers,
    ILogger<ConfigurationReload> logger) : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _one = new(1);
    private byte[]? _content = startup.Content;
    private string _seen = StateOf(startup.Content, SeenFiles(loader));
    private string _validated = StateOf(startup.Content, SeenFiles(loader));

    /// <summary>The next read of the file validates it again, changed or not.</summary>
    public void Retry() => Volatile.Write(ref _validated, "");

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        Keep(startup.Metadata);
        return base.StartAsync(cancellationToken);
    }

    public override void Dispose()
    {
        _one.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = timers.Every(s_interval, mayBlock: true);
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
        await _one.WaitAsync();
        try
        {
            await ReadFileOnceAsync();
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Puts metadata in force in place of that of the same documents, with the file in force, if all of it is valid.</summary>
    internal async ValueTask<ConfigurationResult> TryAsync(IReadOnlyList<PublishedDocument> documents)
    {
        await _one.WaitAsync();
        try
        {
            PublishedSet tried = loader.Metadata.InForce.With(documents);
            ConfigurationResult result = await loader.LoadAsync(_content, new ErrorList(), startup.Values, tried);
            if (result.IsValid)
            {
                live.Swap(result.Snapshot);
                string changes = accepted.Accept(result.Values);
                Keep(result.Metadata);
                string names = string.Join(", ", documents.Select(document => $"{document.Id} ({document.Uri})"));
                MetadataLog.InForce(logger, names, changes);
            }

            return result;
        }
        finally
        {
            _one.Release();
        }
    }

    private async ValueTask ReadFileOnceAsync()
    {
        var errors = new ErrorList();
        byte[]? content = loader.Sources.ReadFile(errors);
        string state = StateOf(content, $"{loader.Descriptors.ReadFiles()}\n{loader.Metadata.ReadFiles()}");
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
        _validated = StateOf(content, SeenFiles(loader)); // the content may name further files
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

        _content = content;
        live.Swap(result.Snapshot);
        string changes = accepted.Accept(result.Values);
        Keep(result.Metadata);
        ConfigurationLog.Reloaded(
            logger, loader.Sources.File, result.Options.Services.Count, result.Snapshot.Routes.Count, result.Snapshot.Clusters.Count,
            changes);
    }

    /// <summary>Keeps the metadata in force for a start without the Registry.</summary>
    private void Keep(UsedMetadata used)
    {
        try
        {
            loader.Metadata.Accept(used);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            MetadataLog.NotKept(logger, startup.Options.Registry.Folder, e.Message);
        }
    }

    private static string SeenFiles(ConfigurationLoader loader) => $"{loader.Descriptors.SeenFiles}\n{loader.Metadata.SeenFiles}";

    private static string StateOf(byte[]? content, string files) =>
        $"{(content is null ? "missing" : Convert.ToHexString(SHA256.HashData(content)))}\n{files}";
}
