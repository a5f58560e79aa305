using System.Globalization;
using System.Net;
using SnetGateway.Benchmarks.Market;
using SnetGateway.Benchmarks.Servers;

namespace SnetGateway.Benchmarks.Growth;

/// <summary>A gateway without calls, with its own relay to the node.</summary>
internal sealed class IdleGateway : IAsyncDisposable
{
    private readonly ChildProcess _process;
    private readonly CountingRelay _relay;
    private readonly int? _storePid;

    private IdleGateway(string store, ChildProcess process, CountingRelay relay, int? storePid)
    {
        (Store, _process, _relay, _storePid) = (store, process, relay, storePid);
    }

    public string Store { get; }

    /// <param name="folder">Where its ledger and its log lie.</param>
    /// <param name="gateway">The published program.</param>
    /// <param name="store">sqlite, etcd or redis.</param>
    /// <param name="address">The store's address; null for sqlite.</param>
    /// <param name="storePid">The store's process; null for sqlite.</param>
    /// <param name="market">The chain.</param>
    /// <param name="service">The address of its service, which nothing calls.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<IdleGateway> StartAsync(
        string folder, string gateway, string store, string? address, int? storePid, LoadMarket market, IPEndPoint service,
        CancellationToken cancellationToken)
    {
        CountingRelay relay = await CountingRelay.StartAsync(market.State.RpcUrl, cancellationToken);
        IPEndPoint listener = LoopbackPort.Free();
        string ledger = Path.Combine(folder, $"ledger-{store}");
        var environment = new Dictionary<string, string>
        {
            ["Logging__LogLevel__Default"] = "Warning",
            ["SnetGateway__Listeners__Public__Address"] = listener.ToString(),
            ["SnetGateway__Listeners__Admin__Address"] = LoopbackPort.Free().ToString(),
            ["SnetGateway__Chain__Endpoints__0"] = $"http://{relay.EndPoint}",
            ["SnetGateway__Chain__ChainId"] = market.State.ChainId.ToString(CultureInfo.InvariantCulture),
            ["SnetGateway__Chain__EscrowAddress"] = market.State.MultiPartyEscrow,
            ["SnetGateway__Ledger__Store"] = store,
            ["SnetGateway__Ledger__Path"] = Path.Combine(ledger, "ledger.db"),
            ["SnetGateway__Ledger__Journal__Path"] = Path.Combine(ledger, "journal"),
            ["SnetGateway__Groups__default__OrganizationId"] = market.State.OrganizationId,
            ["SnetGateway__Groups__default__GroupId"] = market.State.GroupIdBase64,
            ["SnetGateway__Groups__default__PaymentAddress"] = market.State.Accounts["provider"].Address,
            ["SnetGateway__Services__default__ServiceId"] = "service",
            ["SnetGateway__Services__default__Price__Cogs"] = "1000",
            ["ReverseProxy__Clusters__default__Destinations__one__Address"] = $"http://{service}",
        };
        if (address is not null)
        {
            environment[store == "etcd" ? "SnetGateway__Ledger__Etcd__Endpoints__0" : "SnetGateway__Ledger__Redis__Endpoint"] = address;
        }

        var process = ChildProcess.Start($"idle-{store}", folder, ["dotnet", gateway, "serve"], environment);
        await process.WaitAsync(
            $"The gateway on {store}", token => LoopbackPort.AcceptsAsync(listener, token), TimeProvider.System, cancellationToken);
        return new IdleGateway(store, process, relay, storePid);
    }

    /// <summary>What it has used since it started.</summary>
    public IdleFigures Measure() => new(
        _relay.Calls.All,
        ProcFiles.WrittenBytes(_process.Id) + (_storePid is { } pid ? ProcFiles.WrittenBytes(pid) : 0),
        ProcFiles.Cpu(_process.Id));

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        await _relay.DisposeAsync();
    }
}

/// <summary>What a gateway has used.</summary>
/// <param name="ChainCalls">JSON-RPC calls to its node.</param>
/// <param name="WrittenBytes">Bytes that it and its store caused to be written to disk.</param>
/// <param name="Cpu">User and system time.</param>
internal readonly record struct IdleFigures(long ChainCalls, long WrittenBytes, TimeSpan Cpu)
{
    public static IdleFigures operator -(IdleFigures now, IdleFigures before) =>
        new(now.ChainCalls - before.ChainCalls, now.WrittenBytes - before.WrittenBytes, now.Cpu - before.Cpu);
}
