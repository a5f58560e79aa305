using Grpc.Core;

namespace SnetGateway.Storage.Etcd;

/// <summary>What a failed call says about whether etcd executed the request.</summary>
internal enum EtcdFailureKind
{
    /// <summary>May have been executed: no response, a broken one, or an error that etcd returns after execution has begun.</summary>
    Unknown,

    /// <summary>
    /// Certainly not executed, but another member or a later attempt may succeed: not connected, no leader, too many requests.
    /// </summary>
    Unavailable,

    /// <summary>Certainly not executed, and a retry does not help: permission denied, invalid request.</summary>
    Refused,

    /// <summary>
    /// The quota is exceeded. The request that raises the alarm is executed all the same, later ones are not. Reading decides, and no late
    /// write is possible, because etcd has responded.
    /// </summary>
    NoSpace,

    /// <summary>Certainly not executed, because the token is expired or unknown.</summary>
    TokenRefused,

    /// <summary>The requested revision has been compacted.</summary>
    Compacted,
}

/// <summary>Classifies failures.</summary>
internal static class EtcdFailureKinds
{
    private const string Origin = "etcdserver: ";

    /// <summary>
    /// etcd's error texts that are certain about the request (server/etcdserver and api/v3rpc/rpctypes, 3.4 and later). Any other text,
    /// such as "request timed out", "leader changed" or "server stopped", can be returned after the request was proposed.
    /// </summary>
    private static readonly (string Text, EtcdFailureKind Kind)[] s_texts =
    [
        ("no leader", EtcdFailureKind.Unavailable), // because of `hasleader`, checked before anything else
        ("too many requests", EtcdFailureKind.Unavailable),
        ("rpc not supported for learner", EtcdFailureKind.Unavailable),
        ("mvcc: database space exceeded", EtcdFailureKind.NoSpace),
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
            foreach ((string text, EtcdFailureKind kind) in s_texts)
            {
                if (status.Detail.AsSpan(Origin.Length).StartsWith(text, StringComparison.Ordinal))
                {
                    return kind;
                }
            }

            return EtcdFailureKind.Unknown;
        }

        return status.DebugException is RequestNotSentException ? EtcdFailureKind.Unavailable
            : IsNotEtcd(status) ? EtcdFailureKind.Refused
            : EtcdFailureKind.Unknown;
    }

    /// <summary>The error text for the operator: the connection's, or etcd's own.</summary>
    public static string Describe(Exception failure) => failure switch
    {
        RpcException { Status.DebugException: RequestNotSentException { InnerException: { } cause } } => cause.Message,
        RpcException { Status.Detail: var detail } => detail,
        _ => "no response in time",
    };

    /// <summary>
    /// The server does not implement etcd's service: grpc-go's texts, and the client's text for an HTTP status other than 200. Any other
    /// UNIMPLEMENTED may be the client's own for a response that it cannot read, which comes after the request was executed.
    /// </summary>
    private static bool IsNotEtcd(Status status) =>
        status.StatusCode == StatusCode.Unimplemented
        && (status.Detail.StartsWith("unknown ", StringComparison.Ordinal)
            || status.Detail.StartsWith("Bad gRPC response", StringComparison.Ordinal));
}
