namespace SnetGateway.Gateway.Hooks;

/// <summary>The queue of each configured hook. They fill before the hooks run, so that events of the startup reach them too.</summary>
/// <param name="hooks">The hooks.</param>
/// <param name="gateway">The gateway's name, where the process runs several; null otherwise.</param>
internal sealed class HookQueues(IReadOnlyDictionary<string, HookOptions> hooks, string? gateway = null)
{
    public IReadOnlyDictionary<string, HookQueue> ByName { get; } =
        hooks.ToDictionary(hook => hook.Key, hook => new HookQueue(hook.Value, gateway));
}
