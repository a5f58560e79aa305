using System.Runtime.InteropServices;
using Spectre.Console;

namespace SnetGateway.Gateway.Cli;

/// <summary>
/// A line that shows how far a command is: on the error output, only where that is a terminal, from a second after the beginning on (so
/// that nothing flickers), and until the results are written. It is removed then.
/// </summary>
internal sealed class ProgressLine : IAsyncDisposable
{
    private static readonly TimeSpan s_delay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly WorkDone _work;
    private readonly TimeProvider _time;
    private readonly Task _shown;

    private ProgressLine(Terminal terminal, WorkDone work, TimeProvider time)
    {
        _work = work;
        _time = time;
        _shown = terminal.ShowsProgress ? ShowAsync(terminal) : Task.CompletedTask;
    }

    public static ProgressLine Start(Terminal terminal, WorkDone work, TimeProvider time) => new(terminal, work, time);

    /// <summary>Removes it. Call it before anything is written.</summary>
    public ValueTask EndAsync()
    {
        _end.TrySetResult();
        return new ValueTask(_shown);
    }

    public ValueTask DisposeAsync() => EndAsync();

    private async Task ShowAsync(Terminal terminal)
    {
        if (await EndsWithinAsync(s_delay))
        {
            return;
        }

        try
        {
            await DrawAsync(terminal);
        }
        catch (IOException)
        {
            // The terminal is gone, and the work continues without it.
        }
    }

    private async Task DrawAsync(Terminal terminal)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
            Out = new AnsiConsoleOutput(terminal.Error),
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        });

        // Fixed: where a terminal has become narrower, the package would clear all of it, with what it shows of earlier commands.
        console.Profile.Width = terminal.Width ?? console.Profile.Width;
        console.Profile.Height = console.Profile.Height;

        // It hides the cursor, which a killed process would leave so.
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => console.Cursor.Show());
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => console.Cursor.Show());
        var line = new Progress(console, _time) { AutoRefresh = false, AutoClear = true, ExcludeVerticalPadding = true };
        await line.Columns(ColumnsOf(_work)).StartAsync(async context =>
        {
            ProgressTask task = context.AddTask(_work.ToString(), maxValue: Math.Max(1, _work.All));
            do
            {
                task.Description = _work.ToString();
                task.MaxValue = Math.Max(1, _work.All);
                task.Value = Math.Min(_work.Done, _work.All);
                context.Refresh();
            }
            while (!await EndsWithinAsync(s_pause));
        });
    }

    private static ProgressColumn[] ColumnsOf(WorkDone work)
    {
        var what = new TaskDescriptionColumn { Alignment = Justify.Left };
        return work.All == 0
            ? [new SpinnerColumn(), what, new ElapsedTimeColumn()]
            : [new SpinnerColumn(), what, new ProgressBarColumn { Width = 16 }, new RemainingTimeColumn()];
    }

    private async Task<bool> EndsWithinAsync(TimeSpan time)
    {
        await Task.WhenAny(_end.Task, Task.Delay(time, _time));
        return _end.Task.IsCompleted;
    }
}
