using SnetGateway.Payments.Records;
using StackExchange.Redis;

namespace SnetGateway.Storage.Redis;

/// <summary>What Redis's errors mean for a write.</summary>
internal static class RedisReplies
{
    /// <summary>Errors returned before a script begins: nothing was written.</summary>
    private static readonly string[] s_refusals =
        [
            "NOSCRIPT", "OOM", "READONLY", "MISCONF", "LOADING", "BUSY", "MASTERDOWN", "NOREPLICAS", "NOAUTH", "NOPERM", "WRONGPASS",
            "CLUSTERDOWN", "MOVED",
        ];

    public static bool IsUnknownScript(RedisServerException exception) =>
        exception.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal);

    public static bool IsRefusal(RedisServerException exception) =>
        s_refusals.Any(refusal => exception.Message.StartsWith(refusal, StringComparison.Ordinal));

    /// <summary>The server is not ready yet. This says nothing about the user's permissions.</summary>
    public static bool IsTemporaryRefusal(RedisServerException exception) =>
        exception.Message.StartsWith("LOADING", StringComparison.Ordinal) || exception.Message.StartsWith("BUSY", StringComparison.Ordinal);

    /// <summary>An exception of the Redis client. It cancels a command that it has no connection for.</summary>
    public static bool IsClientFailure(Exception exception) =>
        exception is RedisException or TimeoutException or ObjectDisposedException or IOException or OperationCanceledException;

    public static StoreUnavailableException Unreadable(Exception exception) => new($"Redis cannot be read: {exception.Message}", exception);
}
