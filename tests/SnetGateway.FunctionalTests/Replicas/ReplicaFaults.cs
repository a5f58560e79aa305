using SnetGateway.FunctionalTests.Crashes;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;

namespace SnetGateway.FunctionalTests.Replicas;

/// <summary>One thing after the other that goes wrong in a group of replicas, and how it recovers from it.</summary>
/// <param name="market">The group.</param>
/// <param name="random">Chooses.</param>
/// <param name="time">Measures how soon a gateway serves again, and how soon it says that it does not.</param>
/// <param name="grants">So many grants lie between two faults, and so many a stop lasts.</param>
/// <param name="progress">Waits until every consumer was granted something new.</param>
internal sealed class ReplicaFaults(ReplicaMarket market, Random random, TimeProvider time, GrantCount grants, Func<Task> progress)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly GatewayFaults _gateways = new(random, market.Store.Points);
    private readonly List<double> _again = [];
    private readonly List<double> _unready = [];
    private int _storeKills;
    private int _storeStops;
    private int _storeFull;

    public int Kills => _gateways.Kills + _storeKills;

    /// <summary>After so many grants at most, the next fault, and all that it takes to get over it.</summary>
    public async Task NextAsync(int mostGrants)
    {
        await grants.AfterAsync(random.Next(1, mostGrants)).WaitAsync(s_patience);
        switch (random.Next(10))
        {
            case < 4:
                await KillGatewaysAsync(1);
                break;
            case 4:
                await KillGatewaysAsync(2);
                break;
            case 5:
                await StopGatewayAsync(mostGrants);
                break;
            case 6:
                await StopStoreAsync(mostGrants);
                break;
            case 7:
                await TakeRoomAsync();
                break;
            case 8:
                _storeKills += await market.Store.KillSomeAsync(random);
                await progress();
                await market.Store.RepairAsync();
                break;
            default:
                _storeKills += await market.Store.KillMostAsync(random);
                await AllUnreadyAsync();
                await market.Store.RepairAsync();
                break;
        }
    }

    public override string ToString() =>
        $"{Kills} kills, {_storeKills} of them of the store, and {_gateways.Stops + _storeStops} stops, {_storeStops} of them of the "
        + $"store, which was full {_storeFull} times; "
        + $"{_gateways}; a gateway was ready again after {Tell(_again)}; it said that its store is away after {Tell(_unready)}";

    private static string Tell(List<double> milliseconds) =>
        milliseconds.Count == 0
            ? "(never)"
            : $"{milliseconds.Order().ElementAt(milliseconds.Count / 2):0} ms (median), {milliseconds.Max():0} ms at most";

    private async Task KillGatewaysAsync(int count)
    {
        GatewayProcess[] gateways = [.. market.Gateways];
        random.Shuffle(gateways);
        foreach (GatewayProcess victim in gateways.Take(count))
        {
            await _gateways.KillAsync(victim);
        }

        await progress(); // the others go on
        foreach (GatewayProcess victim in gateways.Take(count))
        {
            await _gateways.StartInTheMiddleAsync(victim);
            long start = time.GetTimestamp();
            await victim.StartAgainAsync();
            await victim.WaitUntilReadyAsync();
            _again.Add(time.GetElapsedTime(start).TotalMilliseconds);
        }
    }

    private async Task StopGatewayAsync(int mostGrants)
    {
        GatewayProcess sleeper = market.Gateways[random.Next(market.Gateways.Count)];
        await _gateways.StopAsync(sleeper);
        await grants.AfterAsync(random.Next(1, mostGrants)).WaitAsync(s_patience);
        sleeper.Process.Send(UnixSignal.Continue);
    }

    private async Task StopStoreAsync(int mostGrants)
    {
        _storeStops++;
        if (market.Store.Pause(random))
        {
            await grants.AfterAsync(random.Next(1, mostGrants)).WaitAsync(s_patience);
        }
        else
        {
            await AllUnreadyAsync();
        }

        market.Store.Resume();
    }

    private async Task TakeRoomAsync()
    {
        await market.Store.FillAsync();
        _storeFull++;
        await AllUnreadyAsync();
        await market.Store.MakeRoomAsync();
    }

    private async Task AllUnreadyAsync()
    {
        long start = time.GetTimestamp();
        foreach (GatewayProcess gateway in market.Gateways)
        {
            await TestKit.Processes.Eventually.TrueAsync(
                "the gateway is not ready", async () => await gateway.AskReadinessAsync() is not null, s_patience);
        }

        _unready.Add(time.GetElapsedTime(start).TotalMilliseconds);
    }
}
