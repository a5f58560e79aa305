namespace SnetGateway.Gateway.Hooks;

/// <summary>The queue of each configured hook. They fill before the hooks run, so that events of the startup reach them too.</summary>
internal sealed class HookQueues(IReadOnlyDictionary<string, HookOptions> hooks)
{
    public IReadOnlyDictionary<string, HookQueue> ByName { get; } =
        hooks.ToDictionary(hook => hook.Key, hook => new HookQueue(hook.Value));
}
