using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace SnetGateway.FunctionalTests.Endurance;

/// <summary>The process that sends the traffic of one attack until its input closes.</summary>
internal static class AttackCommand
{
    public const string Name = "attack";

    private static readonly TimeSpan s_step = TimeSpan.FromMilliseconds(100);

    /// <param name="arguments">The attack's number, the address, and names and values of a payment's metadata.</param>
    /// <param name="output">Gets a line when the attack has begun.</param>
    public static async Task<int> RunAsync(string[] arguments, TextWriter output)
    {
        AttackTraffic attack = AttackTraffic.All[int.Parse(arguments[0], CultureInfo.InvariantCulture)];
        var attacker = new Attacker(IPEndPoint.Parse(arguments[1]), [.. arguments[2..].Chunk(2).Select(pair => (pair[0], pair[1]))]);
        using var stop = new CancellationTokenSource();
        _ = Task.Run(() =>
        {
            Console.In.ReadLine();
            stop.Cancel();
        });
        using var timer = new PeriodicTimer(s_step);
        for (long steps = 0; !stop.IsCancellationRequested; steps++)
        {
            try
            {
                await attack.Step(attacker);
            }
            catch (Exception exception) when (exception is IOException or SocketException or TimeoutException or ObjectDisposedException)
            {
                // The gateway has closed the connection: the next step takes another.
            }

            if (steps == 0)
            {
                await output.WriteLineAsync("begun");
            }

            try
            {
                await timer.WaitForNextTickAsync(stop.Token);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        return 0;
    }
}
