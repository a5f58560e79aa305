using System.Security.Cryptography;
using System.Text;

namespace SnetGateway.Gateway.Acme;

/// <summary>The account's key: created once, and the same for all replicas.</summary>
internal sealed class AcmeAccount(IAcmeStore store) : IDisposable
{
    private const string Name = "account";

    /// <summary>The key; null while there is none.</summary>
    public AcmeKey? Key { get; private set; }

    /// <summary>Reads the key, if there is one.</summary>
    /// <exception cref="AcmeException">It cannot be read.</exception>
    public async Task<AcmeKey?> FindAsync(CancellationToken cancellationToken)
    {
        if (Key is null && await store.ReadAsync(Name, cancellationToken) is { } record)
        {
            try
            {
                Key = AcmeKey.Read(Encoding.UTF8.GetString(record.Value));
            }
            catch (CryptographicException)
            {
                throw new AcmeException("the stored key of the account cannot be read: remove it, or restore it from a copy");
            }
        }

        return Key;
    }

    /// <summary>Reads the key, and creates it where there is none. Of two replicas that create one, both use the first.</summary>
    /// <exception cref="AcmeException">It cannot be read or written.</exception>
    public async Task<AcmeKey> GetAsync(CancellationToken cancellationToken)
    {
        if (await FindAsync(cancellationToken) is { } known)
        {
            return known;
        }

        var created = AcmeKey.Create();
        if (await store.WriteAsync(Name, Encoding.UTF8.GetBytes(created.ToPem()), 0, cancellationToken) is not null)
        {
            return Key = created;
        }

        created.Dispose();
        return await FindAsync(cancellationToken) ?? throw new AcmeException("the key of the account has disappeared from the store");
    }

    public void Dispose() => Key?.Dispose();
}
