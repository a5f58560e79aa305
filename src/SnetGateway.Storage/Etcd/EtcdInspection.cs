using System.Text.Json;
using Etcdserverpb;
using Microsoft.Extensions.Logging;

namespace SnetGateway.Storage.Etcd;

/// <summary>
/// Looks at the cluster once, at the start. Every settle leaves a revision behind, and an etcd that does not compact itself is full one day: etcd
/// has no call that tells how it was configured, so its history and the arguments that it publishes are looked at.
/// </summary>
internal sealed class EtcdInspection(EtcdClient client, EtcdKeys keys, ILogger logger)
{
    private const string Flag = "--auto-compaction-retention";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    /// <summary>Does not throw: who reads or writes the ledger says what stops them.</summary>
    public async Task RunAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await ReadChannelAsync(limit, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The gateway stops.
        }
        catch (Exception exception)
        {
            logger.EtcdNotInspected(exception.Message);
        }
    }

    private async Task ReadChannelAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        StatusResponse status;
        try
        {
            status = await client.StatusAsync(new StatusRequest(), limit, cancellationToken);
        }
        catch (EtcdException exception) when (exception.Verdict == EtcdFailureKind.Refused)
        {
            logger.EtcdOpened(client.Endpoint, "unknown"); // its status is not for this user
            return;
        }

        logger.EtcdOpened(client.Endpoint, status.Version);
        foreach (string alarm in status.Errors)
        {
            logger.EtcdAlarm(alarm);
        }

        if (!await WasEverCompactedAsync(limit, cancellationToken)
            && !CompactsItself(await client.ReadVariablesAsync(limit < Limit ? limit : Limit, cancellationToken)))
        {
            logger.EtcdNotCompacted(status.DbSize);
        }
    }

    /// <summary>The arguments name a retention other than 0. False also where they are not told, or the configuration stands elsewhere.</summary>
    internal static bool CompactsItself(string? variables)
    {
        if (variables is null)
        {
            return false;
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(variables);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("cmdline", out JsonElement line)
                || line.ValueKind != JsonValueKind.Array)
            {
                return false;
            }

            string[] arguments = [.. line.EnumerateArray().Select(argument => argument.ToString())];
            for (int i = 0; i < arguments.Length; i++)
            {
                string argument = arguments[i].StartsWith("--", StringComparison.Ordinal) ? arguments[i] : $"-{arguments[i]}";
                string? retention = argument.StartsWith(Flag + "=", StringComparison.Ordinal) ? argument[(Flag.Length + 1)..]
                    : argument == Flag && i + 1 < arguments.Length ? arguments[i + 1]
                    : null;
                if (retention is not null)
                {
                    return retention.Any(digit => digit is >= '1' and <= '9');
                }
            }
        }
        catch (JsonException)
        {
            // Not what etcd tells.
        }

        return false;
    }

    /// <summary>The first revision is gone only where somebody compacted.</summary>
    private async Task<bool> WasEverCompactedAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await client.RangeAsync(new RangeRequest { Key = keys.Format, Revision = 1 }, limit, cancellationToken);
            return false;
        }
        catch (EtcdException exception) when (exception.Verdict == EtcdFailureKind.Compacted)
        {
            return true;
        }
    }
}
