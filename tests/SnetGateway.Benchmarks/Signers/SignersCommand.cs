using System.CommandLine;

namespace SnetGateway.Benchmarks.Signers;

/// <summary>
/// The verb <c>signers</c>: what a check of a signature costs when many signers pay, with tables and without, beside its bars. It checks
/// signatures in this process and nothing else; a check is a part of a paid call, so ratios of whole calls are nearer to 1.
/// </summary>
internal static class SignersCommand
{
    /// <returns>0, or 1 when a bar was missed and <c>--check</c> was given.</returns>
    public static Task<int> RunAsync(string[] args)
    {
        var rounds = new Option<int>("--rounds") { DefaultValueFactory = _ => 5 };
        var checks = new Option<int>("--checks") { DefaultValueFactory = _ => 10_000, Description = "Checks of each case in a round." };
        var first = new Option<int>("--first") { DefaultValueFactory = _ => 50_000, Description = "First checks, measured separately." };
        var warmUp = new Option<int>("--warm-up")
        {
            DefaultValueFactory = _ => 200,
            Description = "Checks per signer before the rounds, where a case has a bar to the cost of 64 signers.",
        };
        var check = new Option<bool>("--check") { Description = "A missed bar is a failure." };
        var command = new RootCommand("Measures signature checks of many signers.") { rounds, checks, first, warmUp, check };
        command.SetAction(parsed =>
        {
            IReadOnlyList<string> missed = Run(
                parsed.GetValue(rounds), parsed.GetValue(checks), parsed.GetValue(first), parsed.GetValue(warmUp));
            foreach (string line in missed)
            {
                Console.Error.WriteLine(line);
            }

            return missed.Count > 0 && parsed.GetValue(check) ? 1 : 0;
        });
        return command.Parse(args).InvokeAsync();
    }

    private static IReadOnlyList<string> Run(int rounds, int checks, int first, int warmUp)
    {
        var report = new SignersReport(Console.Out);
        var few = new SignerCase(new SignedPayments(SignersReport.Few), IsSkewed: false);
        few.WarmUp(checks); // compiles what is measured
        few.Measure(checks);
        var cases = new List<SignerCase> { few };
        foreach (int signers in new[] { 2_000, 10_000, 100_000 })
        {
            var payments = new SignedPayments(signers);
            foreach (bool isSkewed in new[] { false, true })
            {
                var one = new SignerCase(payments, isSkewed);
                report.First(one, one.Measure(first));
                one.WarmUp(SignersReport.MostToFew(one) is null ? 0 : warmUp * signers);
                cases.Add(one);
            }
        }

        for (int round = 0; round < rounds; round++)
        {
            foreach (SignerCase one in cases)
            {
                report.Round(one, one.Measure(checks));
            }
        }

        return report.End(cases);
    }
}
