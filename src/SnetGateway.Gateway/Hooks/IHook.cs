namespace SnetGateway.Gateway.Hooks;

/// <summary>
/// Delivers log events to the operator. Implement it in an assembly of your own and name that in `SnetGateway:Log:Hooks:{name}:Plugin`; the
/// class has a public constructor without parameters, or with one `IReadOnlyDictionary&lt;string, string&gt;` that gets the hook's
/// `Settings`. docs/logging.md has an example.
/// </summary>
public interface IHook
{
    /// <summary>
    /// Delivers a batch. It is called for one batch at a time, never on the thread of a call, and not more often than the hook's `Interval`
    /// allows. An exception means that the batch was not delivered: it is delivered again later, and the exception's message is logged,
    /// so it must not hold a secret.
    /// </summary>
    /// <param name="batch">What happened since the last delivery.</param>
    /// <param name="cancellationToken">Cancelled after 30 s.</param>
    Task DeliverAsync(HookBatch batch, CancellationToken cancellationToken);
}
