using SnetGateway.Ethereum.Signatures;

namespace SnetGateway.Benchmarks.Signers;

/// <summary>One distribution of payments over signers, checked by two recoveries of one build: with tables and without.</summary>
/// <param name="Payments">The signers and their payments.</param>
/// <param name="IsSkewed">True if 10 % of the signers make 90 % of the payments; false if all pay equally often.</param>
internal sealed record SignerCase(SignedPayments Payments, bool IsSkewed)
{
    private const int Slice = 500;
    private const double HotSigners = 0.1;
    private const double HotPayments = 0.9;

    private readonly SignerRecovery _withTables = new();
    private readonly SignerRecovery _withoutTables = new() { UsesTables = false };
    private readonly Random _random = new(8_700);

    /// <summary>How the report names it.</summary>
    public string Name => $"{Payments.Signers:N0} {(IsSkewed ? "10/90" : "uniform")}";

    /// <summary>Signers that have a table now.</summary>
    public int Tables => _withTables.Known?.Count ?? 0;

    /// <summary>CPU of this process for one check, with tables and without: slices of both in turn, of the same payments.</summary>
    public SignerFigures Measure(int checks)
    {
        (TimeSpan with, TimeSpan without) = (TimeSpan.Zero, TimeSpan.Zero);
        int[] signers = new int[Slice];
        int slices = checks / Slice;
        for (int i = 0; i < slices; i++)
        {
            for (int j = 0; j < Slice; j++)
            {
                signers[j] = Next();
            }

            without += Run(_withoutTables, signers);
            with += Run(_withTables, signers);
        }

        double micros = slices * Slice;
        return new SignerFigures(with.TotalMicroseconds / micros, without.TotalMicroseconds / micros);
    }

    /// <summary>Checks payments with tables only, so that those signers have tables who get them.</summary>
    public void WarmUp(int checks)
    {
        for (int i = 0; i < checks; i++)
        {
            Payments.Check(_withTables, Next(), i);
        }
    }

    private TimeSpan Run(SignerRecovery recovery, int[] signers)
    {
        TimeSpan start = Environment.CpuUsage.TotalTime;
        for (int i = 0; i < signers.Length; i++)
        {
            Payments.Check(recovery, signers[i], i);
        }

        return Environment.CpuUsage.TotalTime - start;
    }

    private int Next()
    {
        int hot = (int)(Payments.Signers * HotSigners);
        if (!IsSkewed)
        {
            return _random.Next(Payments.Signers);
        }

        return _random.NextDouble() < HotPayments ? _random.Next(hot) : _random.Next(hot, Payments.Signers);
    }
}
