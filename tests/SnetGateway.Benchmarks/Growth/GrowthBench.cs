using System.Net;
using SnetGateway.Benchmarks.Load;
using SnetGateway.Benchmarks.Market;
using SnetGateway.Benchmarks.Payments;
using SnetGateway.Benchmarks.Servers;

namespace SnetGateway.Benchmarks.Growth;

/// <summary>A service, a chain with channels, and gateways that come and go.</summary>
internal sealed class GrowthBench : IAsyncDisposable
{
    private const ulong Price = 1;
    private const string Method = "/example.Echo/Say";
    private const int MessageBytes = 64;

    private readonly string _folder;
    private readonly string _program;
    private readonly IPEndPoint _service;
    private readonly ChildProcess _echo;
    private readonly LoadMarket _market;

    private GrowthBench(string folder, string program, IPEndPoint service, ChildProcess echo, LoadMarket market)
    {
        (_folder, _program, _service, _echo, _market) = (folder, program, service, echo, market);
    }

    public TimeProvider Time => TimeProvider.System;

    public ChainCalls ChainCalls => _market.Relay.Calls;

    public static async Task<GrowthBench> StartAsync(string folder, string program, int channels, CancellationToken cancellationToken)
    {
        IPEndPoint service = LoopbackPort.Free();
        string benchmarks = Path.Combine(AppContext.BaseDirectory, "SnetGateway.Benchmarks.dll");
        var echo = ChildProcess.Start("service", folder, ["dotnet", benchmarks, "echo", service.ToString()]);
        try
        {
            await echo.WaitAsync(
                "The service", token => LoopbackPort.AcceptsAsync(service, token), TimeProvider.System, cancellationToken);
            Console.WriteLine($"opening {channels} channels on a local chain");
            return new GrowthBench(folder, program, service, echo, await LoadMarket.StartAsync(channels, cancellationToken));
        }
        catch
        {
            await echo.DisposeAsync();
            throw;
        }
    }

    /// <summary>Payments of the first channels, exactly so many of each: a case has its own folder of signatures.</summary>
    public PaymentStock[] Sign(string name, int channels, int payments)
    {
        PaymentStock[] stocks = [.. _market.Channels.Take(channels).Select(channel => new PaymentStock(
            _market.State.ChainId, _market.Escrow, channel, Price, Path.Combine(_folder, "signatures", name)))];
        Parallel.ForEach(stocks, stock => stock.Fill(payments));
        return stocks;
    }

    /// <summary>A gateway with a ledger of its own and the default of every setting that is not named.</summary>
    public GrowthGateway Gateway(string name, params (string Key, object Value)[] chain)
    {
        var gateway = new PaidGateway(name, _program, _folder, _folder, etcd: null)
        {
            Chain = chain.ToDictionary(pair => pair.Key, pair => pair.Value),
        };
        IPEndPoint endPoint = LoopbackPort.Free();
        return new GrowthGateway(name, _folder, gateway, endPoint, [.. gateway.Serve(endPoint, _service, _market, Price)]);
    }

    /// <summary>Calls by several clients on 64 connections.</summary>
    public LoadLoop Calls(IPEndPoint gateway, LoadClient[] clients) => new(
        gateway, new RequestTemplate(gateway.ToString(), Method, MessageBytes), clients, Math.Min(64, clients.Length), Time);

    public Task AppendBlocksAsync(int blocks) => _market.AppendBlocksAsync(blocks);

    public async ValueTask DisposeAsync()
    {
        await _market.DisposeAsync();
        await _echo.DisposeAsync();
    }
}
