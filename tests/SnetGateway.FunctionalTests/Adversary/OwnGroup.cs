using System.Collections.Concurrent;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.FunctionalTests.Crashes;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit.Etcd;
using SnetGateway.TestKit.Market;
using SnetGateway.TestKit.Processes;

namespace SnetGateway.FunctionalTests.Adversary;

/// <summary>
/// A group to be attacked from within too: three gateways on an etcd of three members, before one service that is sold under several names,
/// on a chain of its own. The last gateway reaches its store through relays that can be cut.
/// </summary>
internal sealed class OwnGroup : IAsyncDisposable
{
    /// <summary>Of the same group and price as the service without a name.</summary>
    public const string TwinHost = "twin.market";

    /// <summary>Of the same group, and fifty times the price.</summary>
    public const string DearHost = "dear.market";

    /// <summary>Of another group of the same recipient.</summary>
    public const string OtherGroupHost = "other-group.market";

    /// <summary>The service that is called without a host.</summary>
    public const string Service = "echo";

    /// <summary>Free calls of each user.</summary>
    public const int FreeCalls = 3;

    private const int Replicas = 3;
    private const ulong Price = 10;
    private const ulong Threshold = 20;

    /// <summary>What a gateway says while its store or its chain does what it must not: all of it is the attacks' doing.</summary>
    private static readonly int[] s_expected =
    [
        3002, 3003, 3011, 7031, 7033, // the store does not answer
        3004, 4022, // a reorganisation took a channel, or the funds of one
    ];

    private readonly EtcdCluster _store;
    private readonly TcpRelay[] _relays;
    private readonly ChainRelay[] _chainRelays;
    private readonly ExampleServiceProcess _service;
    private readonly List<GatewayProcess> _lone = [];
    private readonly GatewaySettings _settings;
    private readonly EscrowChain _escrow;

    private OwnGroup(
        DevChain chain, EtcdCluster store, TcpRelay[] relays, ChainRelay[] chainRelays, ExampleServiceProcess service,
        GatewaySettings settings, GatewayProcess[] gateways)
    {
        (Chain, _store, _relays, _chainRelays, _service, _settings, Gateways) = (chain, store, relays, chainRelays, service, settings,
            gateways);
        _escrow = new EscrowChain(chain.State.RpcUrl, Address.Parse(chain.State.MultiPartyEscrow.ToLowerInvariant()));
        Target = new AttackTarget
        {
            Gateways = [.. gateways.Select(gateway => new Uri($"http://{gateway.Endpoint}"))],
            Chain = _escrow,
            Key = Key("consumer"),
            Recipient = Key("provider").Address,
            RecipientKey = Key("provider"),
            GroupId = Bytes32.TryParseBase64(chain.State.GroupIdBase64, out Bytes32 id)
                ? id
                : throw new FormatException(chain.State.GroupIdBase64),
            Price = Price,
            Threshold = Threshold,
            Service = service.Address,
            Group = this,
        };
    }

    public AttackTarget Target { get; }

    public DevChain Chain { get; }

    public IReadOnlyList<GatewayProcess> Gateways { get; }

    /// <summary>The gateway whose store can be cut off.</summary>
    public int CutOff => Replicas - 1;

    /// <summary>Readings of channels that the gateways have made so far.</summary>
    public int ChannelRequests => _chainRelays.Sum(relay => relay.ChannelRequests);

    public static async Task<OwnGroup> StartAsync()
    {
        var started = new ConcurrentStack<IAsyncDisposable>();
        try
        {
            Task<DevChain> startingChain = KeepAsync(DevChain.StartAsync());
            Task<EtcdCluster> startingStore = KeepAsync(EtcdCluster.StartAsync());
            ExampleServiceProcess service = await KeepAsync(ExampleServiceProcess.StartAsync(ExampleLanguage.CSharp));
            (DevChain chain, EtcdCluster store) = (await startingChain, await startingStore);
            TcpRelay[] relays = [.. store.Endpoints.Select(endpoint => Keep(new TcpRelay(endpoint)))];
            var settings = new GatewaySettings(
                chain.State,
                new MarketService(Service, service.Address) { Price = (long)Price },
                new MarketService("twin", service.Address) { Hosts = [TwinHost], Price = (long)Price },
                new MarketService("dear", service.Address) { Hosts = [DearHost], Price = 50 * (long)Price },
                new MarketService("foreign", service.Address) { Hosts = [OtherGroupHost], Price = (long)Price, Group = "other" })
            {
                MoreGroups = new Dictionary<string, MarketGroup>
                {
                    ["other"] = new(
                        Convert.ToBase64String(Convert.FromHexString(chain.State.Channels["otherGroup"].GroupIdHex[2..])),
                        chain.State.Accounts["provider"].Address),
                },
                Options = new Dictionary<string, string>(CounterPayers.Options())
                {
                    [$"SnetGateway:Groups:{GatewaySettings.DefaultGroup}:FreeCalls:Calls"] = $"{FreeCalls}",
                    [$"SnetGateway:Groups:{GatewaySettings.DefaultGroup}:FreeCalls:MinBalance"] = "0",
                    [$"SnetGateway:Groups:{GatewaySettings.DefaultGroup}:PaymentExpirationThreshold"] = $"{Threshold}",
                    ["SnetGateway:PaidCalls:UnknownOutcomeLimit"] = "00:00:02",
                    ["SnetGateway:PaidCalls:MaxWait"] = "00:00:02",
                    ["SnetGateway:Ledger:CommitTimeout"] = "00:00:02",
                },
            };
            ChainRelay[] chainRelays =
                await Task.WhenAll(Enumerable.Range(0, Replicas).Select(_ => KeepAsync(ChainRelay.StartAsync(chain.State.RpcUrl))));
            GatewayProcess[] gateways =
                await Task.WhenAll(chainRelays.Select((chainRelay, i) => KeepAsync(GatewayProcess.StartAsync(settings with
                {
                    ChainUrl = chainRelay.Url,
                    Options = new Dictionary<string, string>(
                    [
                        .. settings.Options,
                        new("SnetGateway:Ledger:Store", "etcd"),
                        .. (i == Replicas - 1 ? relays.Select(relay => relay.Endpoint) : store.Endpoints)
                            .Select((member, n) => KeyValuePair.Create($"SnetGateway:Ledger:Etcd:Endpoints:{n}", member)),
                    ]),
                }))));
            Array.ForEach(gateways, gateway => gateway.ExpectErrors(s_expected));
            return new OwnGroup(chain, store, relays, chainRelays, service, settings, gateways);
        }
        catch
        {
            while (started.TryPop(out IAsyncDisposable? part))
            {
                await part.DisposeAsync();
            }

            throw;
        }

        async Task<T> KeepAsync<T>(Task<T> starting) where T : IAsyncDisposable => Keep(await starting);

        T Keep<T>(T part) where T : IAsyncDisposable
        {
            started.Push(part);
            return part;
        }
    }

    /// <summary>The store's answers to the last gateway are lost from now on; what it writes is written.</summary>
    public void SwallowAnswers() => Array.ForEach(_relays, relay => relay.Mode = TcpRelayMode.SwallowsAnswers);

    /// <summary>The last gateway has no store from now on.</summary>
    public void CutStore()
    {
        foreach (TcpRelay relay in _relays)
        {
            relay.Mode = TcpRelayMode.Refuses;
            relay.Cut();
        }
    }

    /// <summary>The last gateway has its store again; waits until it is ready.</summary>
    public async Task MendStoreAsync()
    {
        foreach (TcpRelay relay in _relays)
        {
            relay.Mode = TcpRelayMode.Passes;
            relay.Cut(); // answers are missing in the connections that there were
        }

        await Gateways[CutOff].WaitUntilReadyAsync();
    }

    /// <summary>Kills one member of the store; the others still have a quorum.</summary>
    public Task KillStoreMemberAsync(int member) => _store.Members[member].KillAsync();

    /// <summary>Starts it again and waits until it answers.</summary>
    public Task RepairStoreAsync(int member) => _store.Members[member].StartAgainAsync();

    /// <summary>A gateway that serves the same group from a ledger of its own, as nobody should run one.</summary>
    public async Task<GatewayProcess> StartLoneGatewayAsync(params int[] expectedErrors)
    {
        GatewayProcess gateway = await GatewayProcess.StartAsync(_settings);
        gateway.ExpectErrors(expectedErrors);
        _lone.Add(gateway);
        return gateway;
    }

    /// <summary>The operator's own check, over the journals of all replicas; null when it is clean.</summary>
    public async Task<string?> VerifyAsync()
    {
        IEnumerable<string> journals = Gateways.Select(gateway => Path.Combine(gateway.Folder, "data", "journal")).Where(Directory.Exists);
        CommandResult verified =
            await Gateways[0].RunCommandAsync(["ledger", "verify", .. journals.SelectMany(journal => new[] { "--journal", journal })]);
        return verified.ExitCode == 0 ? null : verified.Everything;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await Task.WhenAll(Gateways.Concat(_lone).Select(gateway => gateway.DisposeAsync().AsTask()));
        }
        finally
        {
            _escrow.Dispose();
            await _service.DisposeAsync();
            foreach (IAsyncDisposable relay in _relays.Concat<IAsyncDisposable>(_chainRelays))
            {
                await relay.DisposeAsync();
            }

            await _store.DisposeAsync();
            await Chain.DisposeAsync();
        }
    }

    private PrivateKey Key(string role) => PrivateKey.Parse(Chain.State.Accounts[role].PrivateKey);
}
