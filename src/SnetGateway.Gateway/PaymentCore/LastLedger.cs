using System.Text.Json;
using SnetGateway.Payments.Channels;
using SnetGateway.Storage;

namespace SnetGateway.Gateway.PaymentCore;

/// <summary>
/// What a small file outside of the ledger says about the ledger that was last used for a group: where it is, and how much it holds. Both
/// figures of a ledger only grow.
/// </summary>
/// <param name="ChainId">The chain's EIP-155 number.</param>
/// <param name="Contract">The MultiPartyEscrow contract.</param>
/// <param name="GroupId">The group, 32 bytes in hex.</param>
/// <param name="Ledger">Where the ledger is.</param>
/// <param name="Channels">Channels with a record.</param>
/// <param name="Entries">Journal entries that were ever written, over all channels.</param>
/// <param name="At">When this was written.</param>
internal sealed record LastLedger(
    ulong ChainId, string Contract, string GroupId, LedgerPlace Ledger, long Channels, long Entries, DateTimeOffset At)
{
    private const string NamePrefix = "last-ledger-";
    private const int NameDigits = 8;

    private static readonly JsonSerializerOptions s_json = new() { WriteIndented = true };

    /// <summary>
    /// Folders of the file: that of the SQLite file and that above the journal, by default both the same, so that a configuration which
    /// names another store still leads to it. The first is the folder of the store in use.
    /// </summary>
    public static IReadOnlyList<string> Folders(LedgerOptions options)
    {
        string database = FolderOf(options.Path);
        string journal = FolderOf(options.Journal.Path);
        return database == journal ? [database] : options.Store == "sqlite" ? [database, journal] : [journal, database];
    }

    public static string FileName(LedgerScope scope, PaymentGroup group) =>
        $"{NamePrefix}{scope.ChainId}-{Digits(scope.Escrow.ToString())}-{Digits(group.Id.ToString())}.json";

    /// <summary>The paths of all files in the folders that name a ledger of this chain and contract.</summary>
    public static IEnumerable<string> FindFiles(LedgerOptions options, LedgerScope scope) => Folders(options)
        .Where(Directory.Exists)
        .SelectMany(folder => Directory.EnumerateFiles(folder, $"{NamePrefix}{scope.ChainId}-{Digits(scope.Escrow.ToString())}-*.json"))
        .Order(StringComparer.Ordinal);

    /// <summary>What these files say.</summary>
    public static IEnumerable<LastLedger> FindAll(LedgerOptions options, LedgerScope scope) => FindFiles(options, scope)
        .Select(Read)
        .OfType<LastLedger>()
        .Where(last => last.ChainId == scope.ChainId && last.Contract == scope.Escrow.ToString());

    /// <summary>Reads the file; null when there is none. Throws <see cref="LedgerBehindException"/> when it cannot be read.</summary>
    public static LastLedger? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<LastLedger>(File.ReadAllText(path), s_json) is { Ledger.Addresses.Count: > 0 } last
                ? last
                : throw new JsonException("it is empty");
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (
            exception is JsonException or NotSupportedException or IOException or UnauthorizedAccessException)
        {
            throw new LedgerBehindException(
                $"the file {path}, which names the ledger that was used last, cannot be read ({exception.Message}). Make it readable. If "
                + "it is damaged, make sure that the configuration names the ledger that was used last, and delete the file.");
        }
    }

    /// <summary>
    /// Replaces the file as a whole and durably. Throws <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/>.
    /// </summary>
    public void Write(string path)
    {
        string temporary = path + ".new";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            JsonSerializer.Serialize(file, this, s_json);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path)) ?? Path.GetFullPath(path);

    private static string Digits(string hex) => hex.Substring(2, NameDigits).ToLowerInvariant();
}
