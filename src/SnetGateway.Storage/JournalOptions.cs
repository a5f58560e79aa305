using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Storage;

/// <summary>
/// The history of the payments that this gateway settled, on its own disk. Used with stores that gateways share; SQLite keeps its history
/// itself.
/// </summary>
public sealed class JournalOptions
{
    /// <summary>
    /// Folder of the journal's files; each gateway needs its own. Default data/journal. Created when it is missing. `ledger verify` reads
    /// the journals of all gateways.
    /// </summary>
    [MinLength(1)]
    public string Path { get; set; } = "data/journal";

    /// <summary>
    /// Bytes after which the journal continues in a new file. Not a setting: it is only the unit in which <see cref="Retention"/> deletes.
    /// </summary>
    internal int FileSize { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// Time that a journal file is kept after its last entry, 0 to 10 years; use the same value on all gateways. Default 0: indefinitely.
    /// Afterwards `ledger explain` shows only the remaining entries, and `ledger verify` does not report gaps of that age.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan Retention { get; set; }
}
