using System.Collections.Frozen;
using SnetGateway.Payments.Records;

namespace SnetGateway.Payments.Pauses;

/// <summary>What is paused, in memory: each call reads it once. It follows the record that all replicas of the ledger share.</summary>
public sealed class PauseSwitch
{
    private const byte Format = 1;

    private volatile PauseSet _current = PauseSet.None;

    /// <summary>Raised when something was paused or resumed, by this process or another one.</summary>
    public event Action<PauseSet>? Changed;

    public PauseSet Current => _current;

    /// <summary>Takes in the stored state. An older one is ignored. Throws <see cref="LedgerFormatException"/>.</summary>
    internal void Adopt(StoredRecord stored)
    {
        if (stored.Revision > _current.Revision)
        {
            _current = Read(stored);
            Changed?.Invoke(_current);
        }
    }

    internal static byte[] Write(IReadOnlyCollection<KeyValuePair<string, DateTimeOffset>> paused)
    {
        byte[] value = new byte[1 + sizeof(ulong) + (paused.Count * PauseBook.MaxBytes)];
        var writer = new ByteWriter(value);
        writer.Byte(Format);
        writer.UInt64((ulong)paused.Count);
        foreach ((string service, DateTimeOffset since) in paused)
        {
            writer.Text(service, PauseBook.MaxName);
            writer.UInt64((ulong)since.ToUnixTimeMilliseconds());
        }

        return value[..writer.Length];
    }

    private static PauseSet Read(StoredRecord stored)
    {
        var reader = new ByteReader(stored.Value);
        if (reader.Byte() is var format && format != Format)
        {
            throw new LedgerFormatException($"record {stored.Key} has format {format}; this version reads format {Format}");
        }

        var paused = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        for (ulong left = reader.UInt64(); left > 0; left--)
        {
            paused[reader.Text()] = reader.Moment();
        }

        return new PauseSet(stored.Revision, paused.ToFrozenDictionary(StringComparer.Ordinal));
    }
}
