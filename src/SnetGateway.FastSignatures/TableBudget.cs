namespace SnetGateway.FastSignatures;

/// <summary>
/// Limits the time that tables take to build, so that they cost at most 1 % of the time of all recoveries plus half of the time that
/// accepted signatures have saved, however payments are distributed over signers. Not safe for concurrent use.
/// </summary>
internal sealed class TableBudget
{
    /// <summary>Tables that may be built immediately, at startup or after a time without new signers: about 8 ms.</summary>
    public const int MaxTables = 16;

    // Hundredths of a recovery by the library. A table takes the time of about ten recoveries (docs/decisions/0007).
    private const long PerTable = 1_000;
    private const long PerRecovery = 1;
    private const long PerAcceptance = 30; // about half of the saving: a check by a table takes a third of a recovery

    private long _available = MaxTables * PerTable;

    /// <summary>True if a table may be built.</summary>
    public bool HasTable => _available >= PerTable;

    /// <summary>Adds what these payments allow.</summary>
    public void Add(long recoveries, long acceptances) =>
        _available = Math.Min(MaxTables * PerTable, _available + (recoveries * PerRecovery) + (acceptances * PerAcceptance));

    /// <summary>Call when a table is built.</summary>
    public void Spend() => _available -= PerTable;
}
