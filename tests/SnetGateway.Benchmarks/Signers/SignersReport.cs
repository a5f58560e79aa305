using System.Globalization;

namespace SnetGateway.Benchmarks.Signers;

/// <summary>Collects the rounds, and compares their medians with the bars; docs/performance.md has the same figures.</summary>
internal sealed class SignersReport(TextWriter output)
{
    /// <summary>Signers of the case that the others are compared with.</summary>
    public const int Few = 64;

    private const double MostToNoTables = 1.03;
    private static readonly Dictionary<int, double> s_mostToFew = new() { [2_000] = 1.10, [10_000] = 1.20 };

    private readonly Dictionary<SignerCase, SignerFigures> _first = [];
    private readonly Dictionary<SignerCase, List<SignerFigures>> _rounds = [];

    /// <summary>The bar of a case to the cost of 64 signers, or null.</summary>
    public static double? MostToFew(SignerCase one) =>
        one.IsSkewed && s_mostToFew.TryGetValue(one.Payments.Signers, out double most) ? most : null;

    /// <summary>The first checks of a case, while tables are built.</summary>
    public void First(SignerCase one, SignerFigures figures) => _first[one] = figures;

    /// <summary>One round of a case.</summary>
    public void Round(SignerCase one, SignerFigures figures)
    {
        if (!_rounds.TryGetValue(one, out List<SignerFigures>? rounds))
        {
            _rounds[one] = rounds = [];
        }

        rounds.Add(figures);
    }

    /// <summary>Writes the table and returns one line for each missed bar.</summary>
    public IReadOnlyList<string> End(IReadOnlyList<SignerCase> cases)
    {
        var missed = new List<string>();
        output.WriteLine("CPU us of one check, medians; ratios are medians of each round's own");
        output.WriteLine($"{"signers",-18}{"tables",8}{"with",8}{"without",9}{"ratio",8}{"bar",8}{"first",8}{"bar",8}{"to 64",8}{"bar",8}");
        foreach (SignerCase one in cases)
        {
            List<SignerFigures> rounds = _rounds[one];
            double ratio = Median(rounds.Select(round => round.Ratio));
            double toFew = Median(rounds.Zip(_rounds[cases[0]], (round, few) => round.WithTables / few.WithTables));
            double? mostToFew = MostToFew(one);
            double? first = _first.TryGetValue(one, out SignerFigures figures) ? figures.Ratio : null;
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{one.Name,-18}{one.Tables,8}{Median(rounds.Select(round => round.WithTables)),8:F1}"
                + $"{Median(rounds.Select(round => round.WithoutTables)),9:F1}{ratio,8:F3}{MostToNoTables,8:F2}{first,8:F3}"
                + $"{(first is null ? null : MostToNoTables),8:F2}{toFew,8:F3}{mostToFew,8:F2}"));
            Ask(one, "to the cost without tables", ratio, MostToNoTables);
            Ask(one, "the first checks to the cost without tables", first, MostToNoTables);
            Ask(one, "to the cost of 64 signers", toFew, mostToFew);
        }

        return missed;

        void Ask(SignerCase one, string what, double? figure, double? bar)
        {
            if (figure > bar)
            {
                missed.Add(string.Create(
                    CultureInfo.InvariantCulture, $"missed: {one.Name}: {what}: {figure:F3}, the bar is at most {bar:F2}"));
            }
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
