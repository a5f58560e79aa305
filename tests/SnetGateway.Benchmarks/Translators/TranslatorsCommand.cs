using SnetGateway.Benchmarks.Load;

namespace SnetGateway.Benchmarks.Translators;

/// <summary>The verb <c>translators</c>: what calls to services that speak JSON cost beside bare YARP, with an exit code.</summary>
internal static class TranslatorsCommand
{
    /// <returns>0; 1 when a server failed or refused a call, or with <c>--check</c> when a bar was missed; 2 for wrong arguments.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        try
        {
            var options = LoadOptions.Parse(arguments);
            await using var run = new TranslatorsRun(options, TimeProvider.System, Console.Out);
            bool isReached = await run.RunAsync(CancellationToken.None);
            return isReached || !options.Check ? 0 : 1;
        }
        catch (FormatException wrong)
        {
            await Console.Error.WriteLineAsync(wrong.Message);
            return 2;
        }
        catch (Exception failure) when (failure is IOException or InvalidOperationException or InvalidDataException)
        {
            await Console.Error.WriteLineAsync($"The report failed. {failure.Message}");
            return 1;
        }
    }
}
