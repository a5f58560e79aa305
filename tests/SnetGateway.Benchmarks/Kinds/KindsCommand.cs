using Grpc.Core;
using SnetGateway.Benchmarks.Load;

namespace SnetGateway.Benchmarks.Kinds;

/// <summary>The verb <c>kinds</c>: what payment kinds and control methods cost beside escrow calls, with an exit code.</summary>
internal static class KindsCommand
{
    /// <returns>0; 1 when a server failed or refused a call, or with <c>--check</c> when a bar was missed; 2 for wrong arguments.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        try
        {
            var options = LoadOptions.Parse(arguments);
            if (options.Clients > KindsRun.MostClients)
            {
                throw new FormatException($"kinds takes at most {KindsRun.MostClients} clients.");
            }

            await using var run = new KindsRun(options, TimeProvider.System, Console.Out);
            bool isReached = await run.RunAsync(CancellationToken.None);
            return isReached || !options.Check ? 0 : 1;
        }
        catch (FormatException wrong)
        {
            await Console.Error.WriteLineAsync(wrong.Message);
            return 2;
        }
        catch (Exception failure) when (failure is IOException or InvalidOperationException or InvalidDataException or RpcException)
        {
            await Console.Error.WriteLineAsync($"The report failed. {failure.Message}");
            return 1;
        }
    }
}
