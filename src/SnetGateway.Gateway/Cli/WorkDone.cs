using System.Globalization;

namespace SnetGateway.Gateway.Cli;

/// <summary>How far a command is with its work. Any thread may count.</summary>
/// <param name="what">What it does, such as "Verifying".</param>
/// <param name="unit">What is counted, such as "records".</param>
internal sealed class WorkDone(string what, string unit = "")
{
    private long _done, _all, _entries;

    public long Done => Interlocked.Read(ref _done);

    /// <summary>How many there are; 0 if that is not known.</summary>
    public long All => Interlocked.Read(ref _all);

    public void Add(long count) => Interlocked.Add(ref _done, count);

    public void AddEntry() => Interlocked.Increment(ref _entries);

    public void AddToAll(long count) => Interlocked.Add(ref _all, count);

    /// <summary>For people, such as "Verifying: 1,200 of 5,000 records, 80,000 entries".</summary>
    public override string ToString()
    {
        (long done, long all, long entries) = (Done, All, Interlocked.Read(ref _entries));
        string of = all == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" of {all:N0}");
        string more = entries == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {entries:N0} entries");
        return unit.Length == 0 ? what : string.Create(CultureInfo.InvariantCulture, $"{what}: {done:N0}{of} {unit}{more}");
    }
}
