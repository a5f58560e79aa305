namespace SnetGateway.Gateway.Acme;

/// <summary>The stored state of a host during an order, which only its writer may change.</summary>
internal sealed class StoredState(IAcmeStore store, string domain, long revision)
{
    private long _revision = revision;

    /// <summary>False when another replica wrote first.</summary>
    /// <exception cref="AcmeException">It cannot be written.</exception>
    public async Task<bool> TryWriteAsync(DomainState state, CancellationToken cancellationToken)
    {
        if (await store.WriteAsync(domain, state.Write(), _revision, cancellationToken) is not { } written)
        {
            return false;
        }

        _revision = written;
        return true;
    }
}
