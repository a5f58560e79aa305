using System.Runtime.InteropServices;

namespace SnetGateway.Benchmarks.Load;

/// <summary>
/// Keeps every core from falling asleep, by threads that run only when nothing else would. Shows how much of a lone client's latency is
/// the time in which a virtual machine's core wakes up after a sync.
/// </summary>
internal sealed partial class AwakeCores : IDisposable
{
    private const int Idle = 5; // SCHED_IDLE of Linux

    private volatile bool _ended;

    public AwakeCores()
    {
        for (int i = 0; i < Environment.ProcessorCount; i++)
        {
            new Thread(Spin) { IsBackground = true, Name = "awake" }.Start();
        }
    }

    public void Dispose() => _ended = true;

    private void Spin()
    {
        int noPriority = 0;
        if (SetScheduler(0, Idle, in noPriority) != 0)
        {
            throw new IOException($"sched_setscheduler: error {Marshal.GetLastPInvokeError()}");
        }

        while (!_ended)
        {
            Thread.SpinWait(1_000);
        }
    }

    [LibraryImport("libc", EntryPoint = "sched_setscheduler", SetLastError = true)]
    private static partial int SetScheduler(int thread, int policy, in int parameters);
}
