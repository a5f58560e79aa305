using System.Runtime.InteropServices;

namespace SnetGateway.Benchmarks.Load;

/// <summary>The verb <c>load</c>: a whole report, with an exit code.</summary>
internal static class LoadCommand
{
    /// <returns>0 when the report is complete, 1 when a server failed or refused a call or with <c>--check</c> when a bar was missed, 2 for
    /// wrong arguments, 130 when interrupted.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        using var interrupted = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Interrupt(context, interrupted));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Interrupt(context, interrupted));
        try
        {
            var options = LoadOptions.Parse(arguments);
            using AwakeCores? awake = options.Awake ? new AwakeCores() : null;
            await using var run = new LoadRun(options, TimeProvider.System, Console.Out);
            LoadReport report = await run.RunAsync(interrupted.Token);
            report.WriteText(Console.Out);
            if (options.JsonFile is { } file)
            {
                report.WriteJson(file);
            }

            if (!options.Check)
            {
                return 0;
            }

            IReadOnlyList<string> missed = report.MissedBars();
            foreach (string line in missed)
            {
                await Console.Error.WriteLineAsync(line);
            }

            return missed.Count == 0 ? 0 : 1;
        }
        catch (FormatException wrong)
        {
            await Console.Error.WriteLineAsync(wrong.Message);
            return 2;
        }
        catch (OperationCanceledException) when (interrupted.IsCancellationRequested)
        {
            return 130;
        }
        catch (Exception failure) when (failure is IOException or InvalidOperationException or InvalidDataException)
        {
            await Console.Error.WriteLineAsync($"The load report failed. {failure.Message}");
            return 1;
        }
    }

    private static void Interrupt(PosixSignalContext context, CancellationTokenSource interrupted)
    {
        context.Cancel = true;
        interrupted.Cancel();
    }
}
