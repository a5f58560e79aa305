namespace SnetGateway.Storage.Etcd;

/// <summary>A call to etcd failed. The message is for the operator.</summary>
internal sealed class EtcdException(string message, EtcdFailureKind kind, Exception? inner) : Exception(message, inner)
{
    /// <summary>
    /// What the failure says about the request. Never <see cref="EtcdFailureKind.TokenRefused"/>, which the client handles itself.
    /// </summary>
    public EtcdFailureKind Kind { get; } = kind;

    /// <summary>True unless it is certain that etcd did not execute the request.</summary>
    public bool MayBeDone => Kind == EtcdFailureKind.Unknown;
}
