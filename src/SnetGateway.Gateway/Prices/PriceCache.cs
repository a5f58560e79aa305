using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Prices;

/// <summary>Prices that the service named for the same question a short time ago. Bounded in number.</summary>
internal sealed class PriceCache(TimeSpan lifetime)
{
    public const int MaxEntries = 10_000;

    private readonly ConcurrentDictionary<Bytes32, (UInt256 Cogs, long At)> _prices = new();
    private int _count;

    /// <summary>What a price depends on: the cluster, both methods, the metadata that the service gets, and the first message.</summary>
    public static Bytes32 KeyOf(
        string cluster, string method, string priceMethod, IEnumerable<KeyValuePair<string, string>> metadata, ReadOnlySpan<byte> frame)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, cluster);
        Append(hash, method);
        Append(hash, priceMethod);
        foreach ((string key, string value) in metadata)
        {
            Append(hash, key);
            Append(hash, value);
        }

        Append(hash, string.Empty);
        hash.AppendData(frame);
        return new Bytes32(hash.GetHashAndReset());
    }

    /// <summary>The price, unless its time is over.</summary>
    public bool TryFind(Bytes32 key, TimeProvider time, out UInt256 cogs)
    {
        bool isKnown = _prices.TryGetValue(key, out (UInt256 Cogs, long At) price) && time.GetElapsedTime(price.At) < lifetime;
        cogs = price.Cogs;
        return isKnown;
    }

    /// <summary>Keeps a price. While the cache is full of prices that hold, further ones are not kept.</summary>
    public void Add(Bytes32 key, UInt256 cogs, TimeProvider time)
    {
        if (Volatile.Read(ref _count) >= MaxEntries)
        {
            RemoveOld(time);
        }

        (UInt256 Cogs, long At) price = (cogs, time.GetTimestamp());
        if (_prices.ContainsKey(key))
        {
            _prices[key] = price;
        }
        else if (Volatile.Read(ref _count) < MaxEntries && _prices.TryAdd(key, price))
        {
            Interlocked.Increment(ref _count);
        }
    }

    private void RemoveOld(TimeProvider time)
    {
        foreach ((Bytes32 key, (UInt256 Cogs, long At) price) in _prices)
        {
            if (time.GetElapsedTime(price.At) >= lifetime && _prices.TryRemove(key, out _))
            {
                Interlocked.Decrement(ref _count);
            }
        }
    }

    /// <summary>With its length, so that no two lists of texts are the same bytes.</summary>
    private static void Append(IncrementalHash hash, string text)
    {
        hash.AppendData(BitConverter.GetBytes(Encoding.UTF8.GetByteCount(text)));
        hash.AppendData(Encoding.UTF8.GetBytes(text));
    }
}
