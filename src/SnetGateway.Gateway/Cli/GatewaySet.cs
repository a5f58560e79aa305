using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Hosting;
using SnetGateway.Payments.Claims.Sending;

namespace SnetGateway.Gateway.Cli;

/// <summary>Builds the gateway of a valid configuration.</summary>
internal delegate WebApplication BuildGateway(ConfigurationLoader loader, ConfigurationResult result, GatewayRole? role);

/// <summary>
/// The gateways of one process: either all of them run, or none. They start one after the other, and stop at the same time. Each is
/// complete, with its own listeners, ledger and reload; they have nothing in common but the process.
/// </summary>
internal sealed class GatewaySet(BuildGateway build) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<WebApplication> _gateways = [];
    private int _started;

    /// <summary>
    /// Runs all of them until one stops, by a signal or by itself. Throws what keeps one from starting, with its file; those that have
    /// started are stopped by then.
    /// </summary>
    public async Task RunAsync(IReadOnlyList<LoadedConfiguration> configurations, CancellationToken cancellationToken)
    {
        await using CancellationTokenRegistration asked = cancellationToken.Register(_stopping.Cancel);
        bool isOnly = configurations.Count == 1;
        var payees = new SharedPayees(isOnly);
        string[] names = NamesOf([.. configurations.Select(one => one.File)]);
        foreach ((int i, LoadedConfiguration one) in configurations.Index())
        {
            Add(one, new GatewayRole(isOnly ? null : names[i], i == names.Length - 1, payees));
        }

        try
        {
            foreach ((WebApplication gateway, LoadedConfiguration one) in _gateways.Zip(configurations))
            {
                _started++;
                await StartAsync(gateway, isOnly ? null : one.File);
            }

            payees.Open();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _stopping.Token);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Asked to stop, perhaps before all had started: no failure, for a supervisor.
        }
        finally
        {
            // What has started must stop before the container is disposed: it would fail there, and log that.
            await StopAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (WebApplication gateway in Enumerable.Reverse(_gateways))
        {
            await gateway.DisposeAsync();
        }

        _stopping.Dispose();
    }

    /// <summary>
    /// The names of gateways in logs and alerts: those of their files without folder and extension, or else the files as they were given.
    /// </summary>
    internal static string[] NamesOf(string[] files)
    {
        string[] names = Array.ConvertAll(files, file => Path.GetFileNameWithoutExtension(file));
        return names.Distinct(StringComparer.Ordinal).Count() == names.Length ? names : files;
    }

    private void Add(LoadedConfiguration one, GatewayRole role)
    {
        WebApplication gateway;
        try
        {
            gateway = build(one.Loader, one.Result, role);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw CommandFailure.OfStart(exception, role.Name is null ? null : one.File);
        }

        _gateways.Add(gateway);

        // Not here and now: the gateway that stops holds a lock of its lifetime, which another one that stops may wait for.
        gateway.Lifetime.ApplicationStopping.Register(() => _ = _stopping.CancelAsync());
    }

    /// <summary>All at the same time, so that their calls drain side by side.</summary>
    private Task StopAsync()
    {
        WebApplication[] started = [.. _gateways.Take(_started)];
        Array.ForEach(started, gateway => gateway.Lifetime.StopApplication());
        return Task.WhenAll(started.Select(gateway => gateway.StopAsync(CancellationToken.None)));
    }

    private async Task StartAsync(WebApplication gateway, string? file)
    {
        try
        {
            await gateway.StartAsync(_stopping.Token);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            throw CommandFailure.OfStart(exception, file);
        }
    }
}
