using Etcdserverpb;
using Grpc.Core;

namespace SnetGateway.Storage.Etcd;

/// <summary>
/// The metadata of every call: `hasleader`, which makes a member without a leader respond immediately, and the authentication token. A
/// rejected token is replaced once for all calls that failed with it.
/// </summary>
internal sealed class EtcdCredentials(EtcdOptions options) : IDisposable
{
    private readonly SemaphoreSlim _renewing = new(1, 1);
    private volatile Metadata? _metadata;

    /// <summary>The metadata to send. Requests a token when there is none. Throws <see cref="RpcException"/>.</summary>
    public async ValueTask<Metadata> GetAsync(Auth.AuthClient client, CancellationToken cancellationToken)
    {
        if (_metadata is { } known)
        {
            return known;
        }

        await _renewing.WaitAsync(cancellationToken);
        try
        {
            return _metadata ??= await CreateAsync(client, cancellationToken);
        }
        finally
        {
            _renewing.Release();
        }
    }

    /// <summary>Discards a rejected token, unless it has already been replaced.</summary>
    public void Forget(Metadata refused) => Interlocked.CompareExchange(ref _metadata, null, refused);

    public void Dispose() => _renewing.Dispose();

    private async Task<Metadata> CreateAsync(Auth.AuthClient client, CancellationToken cancellationToken)
    {
        var metadata = new Metadata { { "hasleader", "true" } };
        if (options.User.Length == 0)
        {
            return metadata;
        }

        // Read each time, so a changed password needs no restart.
        string password = options.PasswordPath.Length == 0
            ? options.Password
            : (await File.ReadAllTextAsync(options.PasswordPath, cancellationToken)).TrimEnd('\r', '\n');
        try
        {
            AuthenticateResponse response = await client.AuthenticateAsync(
                new AuthenticateRequest { Name = options.User, Password = password }, cancellationToken: cancellationToken);
            metadata.Add("token", response.Token);
        }
        catch (RpcException failure) when (failure.Status.Detail.Contains("authentication is not enabled", StringComparison.Ordinal))
        {
            // A cluster without authentication needs no token. etcd's own clients do the same.
        }

        return metadata;
    }
}
