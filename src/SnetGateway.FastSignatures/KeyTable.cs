using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace SnetGateway.FastSignatures;

/// <summary>
/// The odd multiples of one point that <see cref="SignedWindows"/> needs: (2 j + 1) 2^(Bits i) P for each digit position i and each j below
/// 2^(Bits-1). Immutable, so safe for concurrent use.
/// </summary>
internal sealed unsafe class KeyTable
{
    /// <summary>Points for one digit.</summary>
    public const int PointsPerWindow = 1 << (SignedWindows.Bits - 1);

    /// <summary>Bytes of a table: 77,824.</summary>
    public const int Size = SignedWindows.Count * PointsPerWindow * BytesPerPoint;

    private const int BytesPerPoint = 64; // x and y, which is also one cache line
    private const int WordsPerPoint = BytesPerPoint / sizeof(ulong);

    private static readonly Lazy<KeyTable> s_ofGenerator = new(static () => TryBuild(Generator.X, Generator.Y)
        ?? throw new InvalidOperationException("The generator's table cannot be built."));

    // Pinned, so that it stays aligned to a cache line.
    private readonly ulong[] _memory = GC.AllocateUninitializedArray<ulong>((Size + BytesPerPoint) / sizeof(ulong), pinned: true);
    private readonly ulong* _points;

    private KeyTable()
    {
        nuint start = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));
        _points = (ulong*)((start + BytesPerPoint - 1) & ~(nuint)(BytesPerPoint - 1));
    }

    /// <summary>The table of the curve's generator, built at its first use.</summary>
    public static KeyTable ForGenerator => s_ofGenerator.Value;

    /// <summary>The generator G.</summary>
    public static (Words256 X, Words256 Y) Generator => (
        new Words256(0x59F2815B16F81798, 0x029BFCDB2DCE28D9, 0x55A06295CE870B07, 0x79BE667EF9DCBBAC),
        new Words256(0x9C47D08FFB10D4B8, 0xFD17B448A6855419, 0x5DA4FBFC0E1108A8, 0x483ADA7726A3C465));

    /// <summary>Address of the points. Valid as long as the table is referenced.</summary>
    public ulong* Points => _points;

    /// <summary>
    /// Builds the table of a point, which must be on the curve and not infinity. Null if an addition met a case that its formula does not
    /// cover. That cannot happen for such a point: its order is a prime far larger than the multiples computed here.
    /// </summary>
    public static KeyTable? TryBuild(in Words256 x, in Words256 y)
    {
        var table = new KeyTable();
        var windows = new PointLanes[(SignedWindows.Count + 3) / 4];
        PlacePowers(x, y, windows);
        var multiples = new PointLanes[PointsPerWindow];
        var products = new FieldLanes[PointsPerWindow];
        for (int group = 0; group < windows.Length; group++)
        {
            PointLanes twice = windows[group];
            PointLanes.Double(ref twice);
            multiples[0] = windows[group];
            for (int j = 1; j < PointsPerWindow; j++)
            {
                multiples[j] = multiples[j - 1];
                PointLanes.Add(ref multiples[j], twice);
            }

            if (!table.TryStore(4 * group, multiples, products))
            {
                return null;
            }
        }

        return table;
    }

    /// <summary>One point, for tests.</summary>
    public (Words256 X, Words256 Y) Point(int window, int j)
    {
        ulong* point = _points + (((window * PointsPerWindow) + j) * WordsPerPoint);
        var read = (
            new Words256(point[0], point[1], point[2], point[3]), new Words256(point[4], point[5], point[6], point[7]));
        GC.KeepAlive(this);
        return read;
    }

    /// <summary>Puts 2^(Bits i) P into lane i % 4 of group i / 4. Lanes beyond the last window repeat another point.</summary>
    private static void PlacePowers(in Words256 x, in Words256 y, PointLanes[] windows)
    {
        PointLanes power;
        FieldLanes.Broadcast(x, out power.X);
        FieldLanes.Broadcast(y, out power.Y);
        FieldLanes.Broadcast(new Words256(1, 0, 0, 0), out power.ZZ);
        power.ZZZ = power.ZZ;
        for (int window = 0; window < 4 * windows.Length; window++)
        {
            ref PointLanes group = ref windows[window / 4];
            var lane = Vector256.Equals(Vector256.Create(0L, 1, 2, 3), Vector256.Create((long)(window % 4)));
            FieldLanes.Select(lane, power.X, ref group.X);
            FieldLanes.Select(lane, power.Y, ref group.Y);
            FieldLanes.Select(lane, power.ZZ, ref group.ZZ);
            FieldLanes.Select(lane, power.ZZZ, ref group.ZZZ);
            for (int i = 0; i < SignedWindows.Bits && window + 1 < SignedWindows.Count; i++)
            {
                PointLanes.Double(ref power);
            }
        }
    }

    /// <summary>
    /// Divides by the denominators, with one inversion for all (Montgomery's trick), and stores the points of four windows.
    /// </summary>
    private bool TryStore(int window, PointLanes[] multiples, FieldLanes[] products)
    {
        products[0] = multiples[0].ZZZ;
        for (int j = 1; j < multiples.Length; j++)
        {
            FieldLanes.Multiply(products[j - 1], multiples[j].ZZZ, out products[j]);
        }

        if (!FieldLanes.TryInvert(products[^1], out FieldLanes inverse))
        {
            return false;
        }

        for (int j = multiples.Length - 1; j >= 0; j--)
        {
            FieldLanes one = inverse; // 1 / ZZZ_j
            if (j > 0)
            {
                FieldLanes.Multiply(inverse, products[j - 1], out one);
                FieldLanes.Multiply(inverse, multiples[j].ZZZ, out inverse);
            }

            // 1 / ZZ = (ZZ / ZZZ)^2, because ZZ^3 = ZZZ^2.
            FieldLanes.Multiply(multiples[j].Y, one, out FieldLanes y);
            FieldLanes.Multiply(multiples[j].ZZ, one, out FieldLanes x);
            FieldLanes.Square(x, out x);
            FieldLanes.Multiply(multiples[j].X, x, out x);
            for (int lane = 0; lane < 4 && window + lane < SignedWindows.Count; lane++)
            {
                ulong* point = _points + ((((window + lane) * PointsPerWindow) + j) * WordsPerPoint);
                FieldLanes.Lane(x, lane).CopyTo(point);
                FieldLanes.Lane(y, lane).CopyTo(point + 4);
            }
        }

        return true;
    }
}
