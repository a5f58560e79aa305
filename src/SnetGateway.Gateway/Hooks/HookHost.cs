using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Hooks;

/// <summary>Runs the hooks.</summary>
internal sealed class HookHost(
    HookQueues queues, HookMetrics metrics, TimeProvider time, ILogger<HookHost> logger) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        queues.ByName.Select(hook => RunAsync(hook.Key, hook.Value, stoppingToken)));

    private async Task RunAsync(string name, HookQueue queue, CancellationToken stoppingToken)
    {
        IHook created;
        try
        {
            created = Create(queue.Options);
        }
        catch (Exception exception) // a plug-in's constructor may throw anything
        {
            HookLog.NotCreated(logger, name, PrintableText.Of((exception.InnerException ?? exception).Message));
            return;
        }

        using (created as IDisposable)
        {
            await new HookDelivery(name, queue, metrics, time, logger).RunAsync(created, stoppingToken);
        }
    }

    private static IHook Create(HookOptions hook) => hook.Kind switch
    {
        HookOptions.KindEmail => new EmailHook(hook.Email),
        HookOptions.KindWebhook => new WebhookHook(hook.Webhook),
        HookOptions.KindTelegram => new TelegramHook(hook.Telegram),
        HookOptions.KindDaemon => new DaemonHook(hook.Daemon),
        _ => PluginHook.Create(hook.Plugin),
    };
}
