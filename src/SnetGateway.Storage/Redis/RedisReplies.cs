using StackExchange.Redis;

namespace SnetGateway.Storage.Redis;

/// <summary>What Redis's errors mean for a write.</summary>
internal static class RedisReplies
{
    /// <summary>Errors that come before a script begins: nothing was written.</summary>
    private static readonly string[] s_refusals =
        ["NOSCRIPT", "OOM", "READONLY", "MISCONF", "LOADING", "BUSY", "MASTERDOWN", "NOREPLICAS", "NOAUTH", "NOPERM", "WRONGPASS", "CLUSTERDOWN", "MOVED"];

    public static bool IsUnknownScript(RedisServerException exception) => exception.Message.StartsWith("NOSCRIPT", StringComparison.Ordinal);

    public static bool IsRefusal(RedisServerException exception) =>
        s_refusals.Any(refusal => exception.Message.StartsWith(refusal, StringComparison.Ordinal));

    /// <summary>The server is not ready: an error that says nothing about what is allowed.</summary>
    public static bool IsRefusedForNow(RedisServerException exception) =>
        exception.Message.StartsWith("LOADING", StringComparison.Ordinal) || exception.Message.StartsWith("BUSY", StringComparison.Ordinal);
}
