using SnetGateway.Payments.Records;
using SnetGateway.Storage;
using SnetGateway.Storage.Sqlite;
using SnetGateway.TestKit.Stores;

namespace SnetGateway.Tests.Storage;

/// <summary>
/// The process that <see cref="SqliteCrashTests"/> kills: it commits on several channels concurrently and prints each acknowledged commit,
/// until its input ends.
/// </summary>
internal static class CommittingProcess
{
    public const string Name = "commit-until-killed";

    private const int Channels = 16;

    public static async Task RunAsync(string path)
    {
        await using SqliteRecordStore store = LedgerFolder.Open(new LedgerOptions { Path = path }, LedgerFolder.Scope, TimeProvider.System);
        await using Stream input = Console.OpenStandardInput(); // the console's reader would block instead of waiting
        Task ended = input.ReadAsync(new byte[1]).AsTask();
        await Task.WhenAll(Enumerable.Range(0, Channels).Select(channel => CommitAsync(store, channel, ended)));
    }

    private static async Task CommitAsync(IRecordStore store, int channel, Task ended)
    {
        RecordKey key = StoreData.Key(channel);
        long revision = (await store.ReadAsync(key, CancellationToken.None))?.Revision ?? 0;
        long sequence = await store.ReadJournalAsync(key, CancellationToken.None).CountAsync();
        byte[] value = new byte[700];
        while (!ended.IsCompleted)
        {
            sequence++;
            CommitResult result =
                await store.CommitAsync(new[] { new RecordWrite(key, revision, value, sequence, value) }, CancellationToken.None);
            if (result.Outcome != CommitOutcome.Committed)
            {
                throw new InvalidOperationException($"A commit ended as {result.Outcome}.");
            }

            revision = result.Revision;
            await Console.Out.WriteLineAsync($"committed {channel} {revision} {sequence}.");
        }
    }
}
