using System.Runtime.CompilerServices;

namespace SnetGateway.FastSignatures;

/// <summary>
/// Four points of the curve, one in each lane, as (X/ZZ, Y/ZZZ) with ZZ^3 = ZZZ^2 ("XYZZ" coordinates: the additions below are add-2008-s
/// and madd-2008-s of the Explicit-Formulas Database, the doubling is dbl-2008-s-1).
/// </summary>
/// <remarks>
/// Additions are the plain formulas, which are wrong when both points have the same x: equal, or each other's negative. Exactly then the
/// result has ZZ = ZZZ = 0, and so has every sum that includes it. One check at the end detects this, and no addition needs a branch.
/// Points at infinity have no representation here. Sizes (see <see cref="FieldLanes"/>): X at most 2, Y at most 2, ZZ and ZZZ at most 2.
/// </remarks>
internal struct PointLanes
{
    public FieldLanes X, Y, ZZ, ZZZ;

    /// <summary>Adds points whose ZZ and ZZZ are 1: ten multiplications.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddAffine(ref PointLanes a, in FieldLanes x, in FieldLanes y)
    {
        FieldLanes.Multiply(x, a.ZZ, out FieldLanes p);
        FieldLanes.Subtract(p, a.X, out p); // size 3 at most
        FieldLanes.Multiply(y, a.ZZZ, out FieldLanes r);
        FieldLanes.Subtract(r, a.Y, out r); // 3
        Finish(ref a, a.X, a.Y, ref p, ref r);
    }

    /// <summary>Adds any points: fourteen multiplications.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(ref PointLanes a, in PointLanes b)
    {
        FieldLanes.Multiply(a.X, b.ZZ, out FieldLanes x);
        FieldLanes.Multiply(b.X, a.ZZ, out FieldLanes p);
        FieldLanes.Subtract(p, x, out p); // 2
        FieldLanes.Multiply(a.Y, b.ZZZ, out FieldLanes y);
        FieldLanes.Multiply(b.Y, a.ZZZ, out FieldLanes r);
        FieldLanes.Subtract(r, y, out r); // 2
        FieldLanes.Multiply(a.ZZ, b.ZZ, out a.ZZ);
        FieldLanes.Multiply(a.ZZZ, b.ZZZ, out a.ZZZ);
        Finish(ref a, x, y, ref p, ref r);
    }

    /// <summary>Doubles a point. No point of this curve has order two, so there is no special case.</summary>
    [SkipLocalsInit]
    public static void Double(ref PointLanes a)
    {
        FieldLanes.Broadcast(new Words256(1, 0, 0, 0), out FieldLanes one);
        FieldLanes.Multiply(a.Y, one, out FieldLanes y); // 1, so that U is small enough to be squared
        FieldLanes.Add(y, y, out FieldLanes u);
        FieldLanes.Square(u, out FieldLanes v);
        FieldLanes.Multiply(u, v, out FieldLanes w);
        FieldLanes.Multiply(a.X, v, out FieldLanes s);
        FieldLanes.Square(a.X, out FieldLanes m);
        FieldLanes.AddTwice(m, m, out m); // 3
        FieldLanes.Add(s, s, out FieldLanes twice);
        FieldLanes.SquareMinus(m, twice, out a.X);
        FieldLanes.Subtract(s, a.X, out s); // 2
        FieldLanes.Multiply(m, s, out m);
        FieldLanes.Multiply(w, y, out y);
        FieldLanes.Subtract(m, y, out a.Y);
        FieldLanes.Multiply(v, a.ZZ, out a.ZZ);
        FieldLanes.Multiply(w, a.ZZZ, out a.ZZZ);
    }

    /// <summary>
    /// The common second half of both additions. ZZ and ZZZ of a are those of the product; x and y are its coordinates at that scale.
    /// </summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Finish(ref PointLanes a, in FieldLanes x, in FieldLanes y, ref FieldLanes p, ref FieldLanes r)
    {
        FieldLanes.Square(p, out FieldLanes pp);
        FieldLanes.Multiply(p, pp, out p); // now P^3
        FieldLanes.Multiply(x, pp, out FieldLanes q);
        FieldLanes.Multiply(y, p, out FieldLanes yp);
        FieldLanes.Multiply(a.ZZ, pp, out a.ZZ);
        FieldLanes.Multiply(a.ZZZ, p, out a.ZZZ);
        FieldLanes.AddTwice(p, q, out p);
        FieldLanes.SquareMinus(r, p, out a.X); // R^2 - P^3 - 2 Q
        FieldLanes.Subtract(q, a.X, out q); // 2
        FieldLanes.Multiply(r, q, out r); // 3 times 2
        FieldLanes.Subtract(r, yp, out a.Y);
    }
}
