using System.Diagnostics;
using System.Globalization;

namespace SnetGateway.Tests.Gateway.Parsers;

/// <summary>
/// Sends generated inputs through every parser of the wire, and says how many. tests/campaigns/parsers.sh starts its long form.
/// </summary>
internal static class ParserRun
{
    public const string Name = "parsers";

    /// <summary>At least so many inputs, shared out evenly. What one of them breaks is named with the seed that repeats it.</summary>
    /// <returns>How many there were.</returns>
    public static long Run(long inputs, int seed, Action<string> say)
    {
        long each = (inputs + GeneratedInputs.Parsers.Count - 1) / GeneratedInputs.Parsers.Count, all = 0;
        foreach ((string parser, Action<Random> check) in GeneratedInputs.Parsers)
        {
            var clock = Stopwatch.StartNew();
            for (long i = 0; i < each; i++)
            {
                int own = unchecked(seed + (int)i);
                try
                {
                    check(new Random(own));
                }
                catch (Exception fault)
                {
                    throw new InvalidOperationException($"{parser}, seed {own}: {fault.Message}", fault);
                }
            }

            all += each;
            say(string.Create(CultureInfo.InvariantCulture, $"{parser}: {each} inputs in {clock.Elapsed.TotalSeconds:0.0} s"));
        }

        return all;
    }

    /// <summary>The program's exit code: 0 when nothing broke.</summary>
    public static async Task<int> RunAsync(long inputs, int seed)
    {
        try
        {
            long all = Run(inputs, seed, Console.Out.WriteLine);
            await Console.Out.WriteLineAsync($"{all} generated inputs, seed {seed}, 0 breaks");
            return 0;
        }
        catch (InvalidOperationException broken)
        {
            await Console.Out.WriteLineAsync(broken.ToString());
            return 1;
        }
    }
}
