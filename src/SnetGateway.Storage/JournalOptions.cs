using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Storage;

/// <summary>The history of this gateway's own settles, on its own disk. Used by stores that replicas share; SQLite keeps its history itself.</summary>
public sealed class JournalOptions
{
    /// <summary>Folder of the journal's files, one per gateway. Default data/journal. Made when missing. `ledger verify` reads those of all replicas.</summary>
    [Required]
    [MinLength(1)]
    public string Path { get; set; } = "data/journal";

    /// <summary>Bytes after which a new file is begun, 64 KiB to 1 GiB. Default 64 MiB.</summary>
    [Range(65_536, 1_073_741_824)]
    public int FileSize { get; set; } = 67_108_864;

    /// <summary>
    /// How long a file is kept after its last entry, up to 10 years; the same on all gateways. Default 0: for ever. `ledger explain` then tells what is
    /// left, and a gap of that age is no fault to `ledger verify`.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan Retention { get; set; }
}
