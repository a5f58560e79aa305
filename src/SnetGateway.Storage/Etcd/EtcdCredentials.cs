using SnetGateway.Grpc.Client;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Statuses;
using SnetGateway.Storage.Etcd.Wire;

namespace SnetGateway.Storage.Etcd;

/// <summary>
/// The metadata of every call: that a member without a leader shall say so at once, and the token that stands for user and password. A token that
/// etcd no longer takes is replaced, once for all calls that ran into it.
/// </summary>
internal sealed class EtcdCredentials(EtcdOptions options) : IDisposable
{
    private readonly SemaphoreSlim _renewing = new(1, 1);
    private volatile GrpcMetadata? _metadata;

    /// <summary>What to send, with a token asked of <paramref name="client"/> if there is none. Throws <see cref="GrpcStatusException"/>.</summary>
    public async ValueTask<GrpcMetadata> GetAsync(GrpcClient client, TimeSpan limit, CancellationToken cancellationToken)
    {
        if (_metadata is { } known)
        {
            return known;
        }

        if (!await _renewing.WaitAsync(limit, cancellationToken))
        {
            throw new GrpcStatusException(GrpcStatusCode.Unavailable, "no token was given in time");
        }

        try
        {
            return _metadata ??= await CreateAsync(client, limit, cancellationToken);
        }
        finally
        {
            _renewing.Release();
        }
    }

    /// <summary>Says that a token was refused. One that was replaced meanwhile stays.</summary>
    public void Forget(GrpcMetadata refused) => Interlocked.CompareExchange(ref _metadata, null, refused);

    public void Dispose() => _renewing.Dispose();

    private async Task<GrpcMetadata> CreateAsync(GrpcClient client, TimeSpan limit, CancellationToken cancellationToken)
    {
        var metadata = new GrpcMetadata();
        metadata.Add("hasleader", "true");
        if (options.User.Length == 0)
        {
            return metadata;
        }

        // Read each time: a password that was changed needs no restart.
        string password = options.PasswordPath.Length == 0
            ? options.Password
            : (await File.ReadAllTextAsync(options.PasswordPath, cancellationToken)).TrimEnd('\r', '\n');
        try
        {
            GrpcResponse<AuthenticateResponse> answer = await client.UnaryAsync(
                EtcdMethods.Authenticate,
                new AuthenticateRequest { Name = options.User, Password = password },
                new GrpcCallOptions { Timeout = limit },
                cancellationToken);
            metadata.Add("token", answer.Message.Token);
        }
        catch (GrpcStatusException failure) when (failure.Status.Message.Contains("authentication is not enabled", StringComparison.Ordinal))
        {
            // As etcd's own clients do: a cluster that asks nobody who he is needs no token.
        }

        return metadata;
    }
}
