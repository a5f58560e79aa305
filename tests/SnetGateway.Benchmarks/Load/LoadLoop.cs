using System.Net;
using System.Runtime.InteropServices;
using SnetGateway.Benchmarks.Servers;

namespace SnetGateway.Benchmarks.Load;

/// <summary>Drives all connections of a phase from one thread that waits on them with poll(2).</summary>
internal sealed partial class LoadLoop(EndPoint server, RequestTemplate template, LoadClient[] clients, int connections, TimeProvider time)
{
    private const short Readable = 0x1;
    private const short Writable = 0x4;
    private const int PollMilliseconds = 1000;
    private const int SilentPolls = 10;

    private readonly LatencyHistogram _latencies = new();

    /// <summary>
    /// Opens the connections, runs until the load flows, measures for <paramref name="length"/>, lets the last calls end.
    /// </summary>
    /// <param name="runIn">Time under load before the measurement begins.</param>
    /// <param name="length">Time that is measured.</param>
    /// <param name="measure">Read at both ends of the measured time, while the load goes on.</param> <exception cref="IOException">A
    /// connection broke, or the server fell silent.</exception>
    public PhaseResult Run(TimeSpan runIn, TimeSpan length, Func<ServerUsage> measure)
    {
        LoadConnection[] open = OpenConnections();
        try
        {
            foreach (LoadConnection connection in open)
            {
                connection.Begin();
            }

            var polls = new PollEntry[open.Length];
            Turn(open, polls, runIn);
            Moment before = Look(open, measure);
            _latencies.Clear();
            Turn(open, polls, length);
            Moment after = Look(open, measure);
            var result = new PhaseResult(
                after.Completed - before.Completed,
                time.GetElapsedTime(before.Timestamp, after.Timestamp),
                after.Usage - before.Usage,
                after.DriverCpu - before.DriverCpu,
                _latencies.Copy(),
                after.Usage.ResidentBytes);
            Array.ForEach(open, connection => connection.Issuing = false);
            Turn(open, polls, TimeSpan.MaxValue);
            return result;
        }
        finally
        {
            Array.ForEach(open, connection => connection.Dispose());
        }
    }

    private LoadConnection[] OpenConnections() =>
        [.. Enumerable.Range(0, connections).Select(index => new LoadConnection(
            server, template, [.. clients.Where((_, client) => client % connections == index)], time, _latencies))];

    private Moment Look(LoadConnection[] open, Func<ServerUsage> measure) =>
        new(time.GetTimestamp(), open.Sum(connection => connection.Completed), measure(), Environment.CpuUsage.TotalTime);

    private void Turn(LoadConnection[] open, PollEntry[] polls, TimeSpan length)
    {
        long start = time.GetTimestamp();
        int silent = 0;
        while (time.GetElapsedTime(start) < length && InFlight(open) > 0)
        {
            for (int index = 0; index < open.Length; index++)
            {
                short events = open[index].HasOutput ? (short)(Readable | Writable) : Readable;
                polls[index] = new PollEntry { Handle = (int)open[index].Handle, Events = events };
            }

            int ready = Poll(polls, (nuint)polls.Length, PollMilliseconds);
            silent = ready > 0 ? 0 : silent + 1;
            if (silent == SilentPolls)
            {
                throw new IOException($"No answer for {SilentPolls} seconds, with {InFlight(open)} calls in flight.");
            }

            for (int index = 0; index < open.Length && ready > 0; index++)
            {
                if ((polls[index].Returned & ~Writable) != 0)
                {
                    open[index].OnReadable();
                }
                else if (polls[index].Returned != 0)
                {
                    open[index].Flush();
                }
            }
        }
    }

    // A loop, not a query: this runs between any two looks at the sockets.
    private static int InFlight(LoadConnection[] open)
    {
        int calls = 0;
        foreach (LoadConnection connection in open)
        {
            calls += connection.InFlight;
        }

        return calls;
    }

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll([In, Out] PollEntry[] entries, nuint count, int timeoutMilliseconds);

    private readonly record struct Moment(long Timestamp, long Completed, ServerUsage Usage, TimeSpan DriverCpu);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Handle;
        public short Events;
        public short Returned;
    }
}
