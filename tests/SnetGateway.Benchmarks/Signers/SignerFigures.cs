namespace SnetGateway.Benchmarks.Signers;

/// <summary>CPU microseconds of one check.</summary>
/// <param name="WithTables">Where frequent signers get tables.</param>
/// <param name="WithoutTables">Where libsecp256k1 recovers every signer.</param>
internal readonly record struct SignerFigures(double WithTables, double WithoutTables)
{
    /// <summary>With tables to without.</summary>
    public double Ratio => WithTables / WithoutTables;
}
