using Grpc.Core;

namespace SnetGateway.Storage.Etcd;

/// <summary>What a failed call tells about whether etcd did what it was asked.</summary>
internal enum EtcdFailureKind
{
    /// <summary>Nobody knows: no answer, a broken one, or one that etcd gives after it had begun.</summary>
    Unknown,

    /// <summary>Certainly not done, and another member or a moment later may do it: not connected, no leader, too many requests.</summary>
    NotDoneForNow,

    /// <summary>Certainly not done, and asking again does not help: no room, not allowed, not understood.</summary>
    Refused,

    /// <summary>Certainly not done, because the token is old or unknown.</summary>
    TokenRefused,

    /// <summary>A revision was asked for that is compacted away.</summary>
    Compacted,
}

/// <summary>Reads verdicts out of failures.</summary>
internal static class EtcdFailureKinds
{
    private const string Origin = "etcdserver: ";

    /// <summary>
    /// etcd's own texts, by what they say of the request (server/etcdserver and api/v3rpc/rpctypes, 3.4 and later). A text that is not here, such as
    /// "request timed out", "leader changed" or "server stopped", can come after the request was proposed.
    /// </summary>
    private static readonly (string Text, EtcdFailureKind Verdict)[] Texts =
    [
        ("no leader", EtcdFailureKind.NotDoneForNow), // asked of every call by `hasleader`, and answered before anything else
        ("too many requests", EtcdFailureKind.NotDoneForNow),
        ("rpc not supported for learner", EtcdFailureKind.NotDoneForNow),
        ("mvcc: database space exceeded", EtcdFailureKind.Refused),
        ("request is too large", EtcdFailureKind.Refused),
        ("too many operations in txn request", EtcdFailureKind.Refused),
        ("duplicate key given in txn request", EtcdFailureKind.Refused),
        ("key is not provided", EtcdFailureKind.Refused),
        ("permission denied", EtcdFailureKind.Refused),
        ("user name is empty", EtcdFailureKind.Refused),
        ("user name not found", EtcdFailureKind.Refused),
        ("authentication failed", EtcdFailureKind.Refused),
        ("authentication is not enabled", EtcdFailureKind.Refused),
        ("corrupt cluster", EtcdFailureKind.Refused),
        ("not capable", EtcdFailureKind.Refused),
        ("invalid auth token", EtcdFailureKind.TokenRefused),
        ("revision of auth store is old", EtcdFailureKind.TokenRefused),
        ("mvcc: required revision has been compacted", EtcdFailureKind.Compacted),
    ];

    public static EtcdFailureKind Of(Exception failure)
    {
        if (failure is not RpcException { Status: var status })
        {
            return EtcdFailureKind.Unknown;
        }

        if (status.Detail.StartsWith(Origin, StringComparison.Ordinal))
        {
            foreach ((string text, EtcdFailureKind verdict) in Texts)
            {
                if (status.Detail.AsSpan(Origin.Length).StartsWith(text, StringComparison.Ordinal))
                {
                    return verdict;
                }
            }

            return EtcdFailureKind.Unknown;
        }

        return status.DebugException is RequestNotSentException ? EtcdFailureKind.NotDoneForNow
            : IsNotEtcd(status) ? EtcdFailureKind.Refused
            : EtcdFailureKind.Unknown;
    }

    /// <summary>In words for the operator: etcd's own, or those of the system below.</summary>
    public static string Describe(Exception failure) => failure is RpcException { Status: var status } ? status.Detail : "no response in time";

    /// <summary>
    /// The server does not know the call: grpc-go's texts, and the client's for an HTTP status other than 200. Any other UNIMPLEMENTED may be the
    /// client's own for a response that it cannot read, which comes after the call was done.
    /// </summary>
    private static bool IsNotEtcd(Status status) =>
        status.StatusCode == StatusCode.Unimplemented
        && (status.Detail.StartsWith("unknown ", StringComparison.Ordinal) || status.Detail.StartsWith("Bad gRPC response", StringComparison.Ordinal));
}
