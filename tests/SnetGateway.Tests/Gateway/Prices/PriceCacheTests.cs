using System.Buffers.Binary;
using Microsoft.Extensions.Time.Testing;
using SnetGateway.Gateway.Prices;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.Tests.Gateway.Prices;

public sealed class PriceCacheTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly PriceCache _cache = new(TimeSpan.FromSeconds(10));

    [Fact]
    public void TryFind_WithinItsTime_ThePriceThatWasNamedLast()
    {
        _cache.Add(Key(1), 7, _time);
        _cache.Add(Key(1), 8, _time);
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.True(_cache.TryFind(Key(1), _time, out UInt256 cogs));
        Assert.Equal((UInt256)8, cogs);
        Assert.False(_cache.TryFind(Key(2), _time, out _));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(_cache.TryFind(Key(1), _time, out _));
    }

    [Fact]
    public void Add_Full_KeepsWhatHolds_AndMakesRoomOnceItIsOld()
    {
        for (int i = 0; i < PriceCache.MaxEntries; i++)
        {
            _cache.Add(Key(i), 1, _time);
        }

        _cache.Add(Key(-1), 2, _time);
        Assert.False(_cache.TryFind(Key(-1), _time, out _));
        Assert.True(_cache.TryFind(Key(0), _time, out _));

        _time.Advance(TimeSpan.FromSeconds(10));
        _cache.Add(Key(-1), 2, _time);
        Assert.True(_cache.TryFind(Key(-1), _time, out _));
    }

    [Fact]
    public void KeyOf_AnythingElse_IsAnotherKey()
    {
        KeyValuePair<string, string>[] metadata = [KeyValuePair.Create("a", "b")];
        Bytes32[] keys =
        [
            PriceCache.KeyOf("c", "/m", "/p", metadata, "f"u8),
            PriceCache.KeyOf("d", "/m", "/p", metadata, "f"u8),
            PriceCache.KeyOf("c", "/n", "/p", metadata, "f"u8),
            PriceCache.KeyOf("c", "/m", "/q", metadata, "f"u8),
            PriceCache.KeyOf("c", "/m", "/p", [KeyValuePair.Create("a", "c")], "f"u8),
            PriceCache.KeyOf("c", "/m", "/p", [KeyValuePair.Create("ab", "")], "f"u8),
            PriceCache.KeyOf("c", "/m", "/p", [], "f"u8),
            PriceCache.KeyOf("c", "/m", "/p", metadata, "g"u8),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal(keys[0], PriceCache.KeyOf("c", "/m", "/p", metadata, "f"u8));
    }

    private static Bytes32 Key(int number)
    {
        byte[] bytes = new byte[Bytes32.Size];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return new Bytes32(bytes);
    }
}
