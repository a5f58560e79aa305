using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Logging;

namespace SnetGateway.Gateway.Hooks;

/// <summary>The queue of each configured hook. They fill before the hooks run, so that events of the startup reach them too.</summary>
internal sealed class HookQueues(IOptions<LogOptions> options)
{
    public IReadOnlyDictionary<string, HookQueue> ByName { get; } =
        options.Value.Hooks.ToDictionary(hook => hook.Key, hook => new HookQueue(hook.Value));
}
