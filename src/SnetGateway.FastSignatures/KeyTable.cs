using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SnetGateway.FastSignatures;

/// <summary>
/// The odd multiples of one point that <see cref="SignedWindows"/> needs: (2 j + 1) 2^(Bits i) P for each digit position i and each j below
/// 2^(Bits-1). Must not be read while <see cref="KeyTableBuilder"/> writes it.
/// </summary>
internal sealed unsafe class KeyTable
{
    /// <summary>Points for one digit.</summary>
    public const int PointsPerWindow = 1 << (SignedWindows.Bits - 1);

    /// <summary>Bytes of a table: 77,824.</summary>
    public const int Size = SignedWindows.Count * PointsPerWindow * BytesPerPoint;

    private const int BytesPerPoint = 64; // x and y, which is also one cache line
    private const int WordsPerPoint = BytesPerPoint / sizeof(ulong);

    private static readonly Lazy<KeyTable> s_ofGenerator = new(static () => KeyTableBuilder.TryBuild(Generator.X, Generator.Y)
        ?? throw new InvalidOperationException("The generator's table cannot be built."));

    // Pinned, so that it stays aligned to a cache line.
    private readonly ulong[] _memory = GC.AllocateUninitializedArray<ulong>((Size + BytesPerPoint) / sizeof(ulong), pinned: true);
    private readonly ulong* _points;

    /// <summary>Allocates the memory of a table and leaves it unwritten.</summary>
    public KeyTable()
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

    /// <summary>One point, for tests.</summary>
    public (Words256 X, Words256 Y) Point(int window, int j)
    {
        ulong* point = Place(window, j);
        var read = (
            new Words256(point[0], point[1], point[2], point[3]), new Words256(point[4], point[5], point[6], point[7]));
        GC.KeepAlive(this);
        return read;
    }

    /// <summary>Address of one point: four words of x, then four of y.</summary>
    public ulong* Place(int window, int j) => _points + (((window * PointsPerWindow) + j) * WordsPerPoint);
}
