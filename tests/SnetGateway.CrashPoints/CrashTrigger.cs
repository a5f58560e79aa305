using System.Runtime.InteropServices;

namespace SnetGateway.CrashPoints;

/// <summary>Sends its own process a signal when the armed point is passed for the so many-th time, on the thread that passes it.</summary>
internal sealed class CrashTrigger
{
    private volatile Order? _order;

    public void Arm(string point, int times, int signal) => _order = new Order(point, times, signal);

    public void Pass(string point)
    {
        if (_order is { } order && order.Point == point && order.IsDue())
        {
            _order = null;
            _ = Kill(Environment.ProcessId, order.Signal);
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);

    private sealed class Order(string point, int times, int signal)
    {
        private int _left = times;

        public string Point => point;

        public int Signal => signal;

        public bool IsDue() => Interlocked.Decrement(ref _left) == 0;
    }
}
