using SnetGateway.CrashPoints;

/// <summary>What the runtime calls before the program's own entry; its name is the runtime's.</summary>
internal static class StartupHook
{
    private static ForwarderPoints? s_forwarder; // a listener that nobody holds is collected

    public static void Initialize()
    {
        var trigger = new CrashTrigger();
        s_forwarder = new ForwarderPoints(trigger);
        MeterPoints.Listen(trigger);
        new Thread(() => ReadOrders(trigger)) { IsBackground = true, Name = "crash points" }.Start();
    }

    /// <summary>
    /// Each line of the standard input arms one point: its name, the how many-th time from now, and the number of the signal.
    /// </summary>
    private static void ReadOrders(CrashTrigger trigger)
    {
        while (Console.In.ReadLine() is { } line)
        {
            string[] parts = line.Split(' ');
            trigger.Arm(parts[0], int.Parse(parts[1], null), int.Parse(parts[2], null));
        }
    }
}
