using SnetGateway.Gateway.Hooks;

namespace SnetGateway.SpoolHook;

/// <summary>Writes each delivery as a file into a folder, from which another program takes it.</summary>
public sealed class SpoolHook(IReadOnlyDictionary<string, string> settings) : IHook
{
    /// <inheritdoc/>
    public async Task DeliverAsync(HookBatch batch, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(batch);
        IEnumerable<string> lines = batch.Alerts
            .Select(alert => $"{(alert.EndsAt is null ? "FIRING" : "RESOLVED")} {alert.Name} {alert.Subject}: {alert.Summary}")
            .Concat(batch.Events.Select(one => $"{one.Level} {one.EventName}: {one.Message}"))
            .Concat(batch.NotSent.Select(more => $"{more.Value} more of {more.Key}"));

        // Written beside and moved, so that the other program never sees half a file.
        string part = Path.Combine(settings["Folder"], $"{Guid.NewGuid()}.part");
        await File.WriteAllLinesAsync(part, lines, cancellationToken);
        File.Move(part, Path.ChangeExtension(part, ".txt"));
    }
}
