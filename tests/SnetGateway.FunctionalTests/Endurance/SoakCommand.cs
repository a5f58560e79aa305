using System.Globalization;

namespace SnetGateway.FunctionalTests.Endurance;

/// <summary>The soak's command line; tests/campaigns/soak.sh describes it.</summary>
internal static class SoakCommand
{
    public const string Name = "soak";

    /// <returns>0 when each figure is within its bar, 1 when one is not, 2 for wrong usage.</returns>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output)
    {
        if (arguments is not [string text] || !double.TryParse(text, CultureInfo.InvariantCulture, out double minutes) || minutes <= 0)
        {
            output.WriteLine("soak MINUTES");
            return 2;
        }

        await using Soak soak = await Soak.StartAsync(output.WriteLine);
        SoakReport report = await soak.RunAsync(TimeSpan.FromMinutes(minutes));
        report.Write(output.WriteLine);
        return report.IsWithinBars ? 0 : 1;
    }
}
