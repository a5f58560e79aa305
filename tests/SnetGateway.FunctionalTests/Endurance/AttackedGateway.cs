using System.Reflection;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.FunctionalTests.Crashes;
using SnetGateway.FunctionalTests.Replicas;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;

namespace SnetGateway.FunctionalTests.Endurance;

/// <summary>
/// One gateway with honest consumers at half of the load that it can serve, while another process attacks it, or sends the same to a dummy.
/// </summary>
internal sealed class AttackedGateway : IAsyncDisposable
{
    /// <summary>Most resident memory of the gateway under any of the attacks, in MiB: docs/reliability.md names it.</summary>
    public const double MaxMiB = 512;

    private const int Consumers = 8;
    private const ulong Price = 10;

    private readonly ExampleServiceProcess _service;
    private readonly ReplicaConsumer[] _consumers;
    private readonly (string Name, string Value)[] _payment;
    private readonly HonestLoad _load;
    private double _rate;

    private AttackedGateway(
        ExampleServiceProcess service, GatewayProcess gateway, ReplicaConsumer[] consumers, (string Name, string Value)[] payment)
    {
        (_service, Gateway, _consumers, _payment, _load) = (service, gateway, consumers, payment, new HonestLoad(consumers));
    }

    public GatewayProcess Gateway { get; }

    public static async Task<AttackedGateway> StartAsync(DevChain chain)
    {
        var key = PrivateKey.Parse(chain.State.Accounts["signer"].PrivateKey);
        var escrow = Address.Parse(chain.State.MultiPartyEscrow.ToLowerInvariant());
        var ids = new List<ChannelId>();
        for (int i = 0; i < Consumers; i++)
        {
            ids.Add(new ChannelId((ulong)(await chain.OpenChannelAsync(1_000_000_000)).Id));
        }

        // The attacker is another payer: what it does must not be counted to the consumers.
        const string Attacker = "consumer2";
        var attackersKey = PrivateKey.Parse(chain.State.Accounts[Attacker].PrivateKey);
        var attackersChannel =
            new ChannelId((ulong)(await chain.OpenChannelAsync(1_000_000_000, sender: Attacker, signer: Attacker)).Id);
        ulong block = await chain.GetBlockNumberAsync();
        ExampleServiceProcess service = await ExampleServiceProcess.StartAsync(ExampleLanguage.CSharp);
        try
        {
            GatewayProcess gateway = await GatewayProcess.StartAsync(
                new GatewaySettings(chain.State, new MarketService("echo", service.Address) { Price = (long)Price })
                {
                    Options = CounterPayers.Options(),
                });
            Uri[] address = [new($"http://{gateway.Endpoint}")];
            return new AttackedGateway(
                service, gateway,
                [.. ids.Select((id, i) => new ReplicaConsumer(key, escrow, id, Price, block, address, new Random(i)))],
                new PaidRequests(attackersKey, escrow, attackersChannel, block).Payment(Price));
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    /// <summary>Finds the load: half of what the consumers get without a pause.</summary>
    /// <param name="time">Of the warm-up, and of the measurement.</param>
    public async Task<double> MeasureAsync(TimeSpan time)
    {
        await _load.RunAsync(0, time);
        _rate = (await _load.RunAsync(0, time)).PerSecond / 2;
        return _rate;
    }

    /// <summary>Honest calls while the attack runs.</summary>
    /// <param name="attack">Of <see cref="AttackTraffic.All"/>.</param>
    /// <param name="target">host:port that is attacked.</param>
    /// <param name="warmUp">How long first: what a process does for the first time, it compiles.</param>
    /// <param name="time">How long then.</param>
    public async Task<AttackFigures> RunAsync(AttackTraffic attack, string target, TimeSpan warmUp, TimeSpan time)
    {
        int number = AttackTraffic.All.ToList().IndexOf(attack);
        await using ChildProcess attacker = Start(
            [AttackCommand.Name, $"{number}", target, .. _payment.SelectMany(header => new[] { header.Name, header.Value })]);
        await attacker.WaitForLineAsync(line => line == "begun");
        ProcessFigures.ForgetPeak(Gateway.Process.Pid);
        HonestFigures first = await _load.RunAsync(_rate, warmUp);
        return new AttackFigures(first, await _load.RunAsync(_rate, time), ProcessFigures.PeakMiB(Gateway.Process.Pid));
    }

    /// <summary>This assembly as another process.</summary>
    public static ChildProcess Start(IEnumerable<string> arguments) =>
        ChildProcess.Start("dotnet", [Assembly.GetExecutingAssembly().Location, .. arguments]);

    public async ValueTask DisposeAsync()
    {
        Array.ForEach(_consumers, consumer => consumer.Dispose());
        try
        {
            await Gateway.DisposeAsync();
        }
        finally
        {
            await _service.DisposeAsync();
        }
    }
}

/// <summary>What an attack did.</summary>
/// <param name="First">What honest clients saw in its first seconds.</param>
/// <param name="Honest">What they saw then.</param>
/// <param name="MostMiB">The most memory that the gateway held in both, resident.</param>
internal sealed record AttackFigures(HonestFigures First, HonestFigures Honest, double MostMiB);
