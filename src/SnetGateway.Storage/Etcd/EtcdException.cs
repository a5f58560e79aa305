namespace SnetGateway.Storage.Etcd;

/// <summary>A call to etcd did not succeed. The message is for the operator.</summary>
internal sealed class EtcdException(string message, EtcdFailureKind verdict, Exception? inner) : Exception(message, inner)
{
    /// <summary>What is known of the call. Never <see cref="EtcdFailureKind.TokenRefused"/>, which is dealt with before.</summary>
    public EtcdFailureKind Verdict { get; } = verdict;

    /// <summary>True unless it is certain that etcd did nothing.</summary>
    public bool MayBeDone => Verdict == EtcdFailureKind.Unknown;
}
