using System.Text.Json;
using Etcdserverpb;
using Microsoft.Extensions.Logging;

namespace SnetGateway.Storage.Etcd;

/// <summary>
/// Inspects the cluster once at startup. Every settle leaves a revision behind, so an etcd without automatic compaction fills up. etcd has
/// no call that returns its configuration, so the history and the published command line are checked.
/// </summary>
internal sealed class EtcdInspection(EtcdClient client, EtcdKeys keys, ILogger logger)
{
    private const string Flag = "--auto-compaction-retention";
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(2);

    /// <summary>Does not throw: a failure of the store is reported by the first read or write.</summary>
    public async Task RunAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await InspectAsync(limit, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The gateway is shutting down.
        }
        catch (Exception exception)
        {
            logger.EtcdInspectionFailed(exception.Message);
        }
    }

    private async Task InspectAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        StatusResponse status;
        try
        {
            status = await client.StatusAsync(new StatusRequest(), limit, cancellationToken);
        }
        catch (EtcdException exception) when (exception.Kind == EtcdFailureKind.Refused)
        {
            logger.EtcdOpened(client.Endpoint, "unknown"); // this user may not read the status
            return;
        }

        logger.EtcdOpened(client.Endpoint, status.Version);
        foreach (string alarm in status.Errors)
        {
            logger.EtcdAlarm(alarm);
        }

        if (!await WasEverCompactedAsync(limit, cancellationToken)
            && !CompactsItself(await client.ReadVariablesAsync(limit < s_limit ? limit : s_limit, cancellationToken)))
        {
            logger.EtcdNotCompacted(status.DbSize);
        }
    }

    /// <summary>
    /// The command line names a retention other than 0. False also when the member does not publish it or is configured by other means.
    /// </summary>
    internal static bool CompactsItself(string? variables)
    {
        if (variables is null)
        {
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(variables);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("cmdline", out JsonElement commandLine)
                || commandLine.ValueKind != JsonValueKind.Array)
            {
                return false;
            }

            string[] arguments = [.. commandLine.EnumerateArray().Select(argument => argument.ToString())];
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
            // Not etcd's format: treated as not published.
        }

        return false;
    }

    /// <summary>Revision 1 is unavailable only after a compaction.</summary>
    private async Task<bool> WasEverCompactedAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await client.RangeAsync(new RangeRequest { Key = keys.Format, Revision = 1 }, limit, cancellationToken);
            return false;
        }
        catch (EtcdException exception) when (exception.Kind == EtcdFailureKind.Compacted)
        {
            return true;
        }
    }
}
