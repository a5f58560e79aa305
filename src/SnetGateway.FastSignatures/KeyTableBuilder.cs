using System.Runtime.Intrinsics;

namespace SnetGateway.FastSignatures;

/// <summary>Writes tables. Keeps its working memory (100 KB) for the next one, so it must not be used concurrently.</summary>
internal sealed unsafe class KeyTableBuilder
{
    private readonly PointLanes[] _windows = new PointLanes[(SignedWindows.Count + 3) / 4];
    private readonly PointLanes[] _multiples = new PointLanes[KeyTable.PointsPerWindow];
    private readonly FieldLanes[] _products = new FieldLanes[KeyTable.PointsPerWindow];

    /// <summary>A new table of a point (see <see cref="TryWrite"/>), or null.</summary>
    public static KeyTable? TryBuild(in Words256 x, in Words256 y)
    {
        var table = new KeyTable();
        return new KeyTableBuilder().TryWrite(table, x, y) ? table : null;
    }

    /// <summary>
    /// Writes the table of a point, which must be on the curve and not infinity. False if an addition met a case that its formula does not
    /// cover; the table must not be used then. That cannot happen for such a point: its order is a prime far larger than the multiples
    /// computed here.
    /// </summary>
    public bool TryWrite(KeyTable table, in Words256 x, in Words256 y)
    {
        PlacePowers(x, y);
        for (int group = 0; group < _windows.Length; group++)
        {
            PointLanes twice = _windows[group];
            PointLanes.Double(ref twice);
            _multiples[0] = _windows[group];
            for (int j = 1; j < _multiples.Length; j++)
            {
                _multiples[j] = _multiples[j - 1];
                PointLanes.Add(ref _multiples[j], twice);
            }

            if (!TryStore(table, 4 * group))
            {
                return false;
            }
        }

        GC.KeepAlive(table);
        return true;
    }

    /// <summary>Puts 2^(Bits i) P into lane i % 4 of group i / 4. Lanes beyond the last window repeat another point.</summary>
    private void PlacePowers(in Words256 x, in Words256 y)
    {
        PointLanes power;
        FieldLanes.Broadcast(x, out power.X);
        FieldLanes.Broadcast(y, out power.Y);
        FieldLanes.Broadcast(new Words256(1, 0, 0, 0), out power.ZZ);
        power.ZZZ = power.ZZ;
        for (int window = 0; window < 4 * _windows.Length; window++)
        {
            ref PointLanes group = ref _windows[window / 4];
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
    private bool TryStore(KeyTable table, int window)
    {
        _products[0] = _multiples[0].ZZZ;
        for (int j = 1; j < _multiples.Length; j++)
        {
            FieldLanes.Multiply(_products[j - 1], _multiples[j].ZZZ, out _products[j]);
        }

        if (!FieldLanes.TryInvert(_products[^1], out FieldLanes inverse))
        {
            return false;
        }

        for (int j = _multiples.Length - 1; j >= 0; j--)
        {
            FieldLanes one = inverse; // 1 / ZZZ_j
            if (j > 0)
            {
                FieldLanes.Multiply(inverse, _products[j - 1], out one);
                FieldLanes.Multiply(inverse, _multiples[j].ZZZ, out inverse);
            }

            // 1 / ZZ = (ZZ / ZZZ)^2, because ZZ^3 = ZZZ^2.
            FieldLanes.Multiply(_multiples[j].Y, one, out FieldLanes y);
            FieldLanes.Multiply(_multiples[j].ZZ, one, out FieldLanes x);
            FieldLanes.Square(x, out x);
            FieldLanes.Multiply(_multiples[j].X, x, out x);
            for (int lane = 0; lane < 4 && window + lane < SignedWindows.Count; lane++)
            {
                ulong* point = table.Place(window + lane, j);
                FieldLanes.Lane(x, lane).CopyTo(point);
                FieldLanes.Lane(y, lane).CopyTo(point + 4);
            }
        }

        return true;
    }
}
