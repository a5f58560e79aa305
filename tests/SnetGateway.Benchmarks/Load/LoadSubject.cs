using SnetGateway.Benchmarks.Payments;
using SnetGateway.Benchmarks.Servers;

namespace SnetGateway.Benchmarks.Load;

/// <summary>One server of the report together with its clients and what the rounds showed.</summary>
internal sealed class LoadSubject
{
    private const string Method = "/example.Echo/Say";
    private static readonly TimeSpan s_runIn = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan s_warmUpStretch = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_quickStretch = TimeSpan.FromSeconds(0.1);
    private const int FewestStretches = 4;
    private const int MostStretches = 45;
    private const int FewMethods = 10;
    private const double Stable = 0.05;
    private const int FirstStock = 1_000;
    private const double StockMargin = 2.0;

    private readonly MeasuredServer _server;
    private readonly bool _isQuick;
    private readonly LoadClient[] _clients;
    private readonly bool _paymentsCount;
    private readonly LoadLoop _loop;
    private readonly Func<LoadClient[], Task>? _prepare;
    private double _fastest;
    private PhaseResult? _round;

    public LoadSubject(MeasuredServer server, IReadOnlyList<PaymentStock> stocks, LoadOptions options, TimeProvider time)
        : this(server, new RequestTemplate(server.EndPoint.ToString(), Method, options.MessageBytes), server.Name, stocks, options, time)
    {
    }

    public LoadSubject(
        MeasuredServer server, RequestTemplate template, string name, IReadOnlyList<PaymentStock> stocks, LoadOptions options,
        TimeProvider time, Func<LoadClient[], Task>? prepare = null)
    {
        Name = name;
        _server = server;
        _isQuick = options.Quick;
        _prepare = prepare;
        _paymentsCount = server.Chain is not null && prepare is null;
        _clients = [.. stocks.Select(stock => new LoadClient([stock], _paymentsCount))];
        _loop = new LoadLoop(server.EndPoint, template, _clients, options.Connections, time);
    }

    public string Name { get; }

    public List<PhaseResult> Rounds { get; } = [];

    /// <summary>
    /// Calls until two stretches in a row are no faster than the fastest before and almost nothing is compiled any more. With one client
    /// that takes much longer than with many: the runtime optimizes a method after so many calls.
    /// </summary>
    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        if (_isQuick)
        {
            await RunAsync(s_quickStretch, cancellationToken);
            return;
        }

        int calm = 0;
        for (int stretch = 0; stretch < MostStretches && (stretch < FewestStretches || calm < 2); stretch++)
        {
            double before = _fastest;
            PhaseResult result = await RunAsync(s_warmUpStretch, cancellationToken);
            calm = result.CallsPerSecond < before * (1 + Stable) && result.Server.CompiledMethods <= FewMethods ? calm + 1 : 0;
        }
    }

    /// <summary>Measures a slice of a round.</summary>
    public async Task MeasureAsync(TimeSpan length, CancellationToken cancellationToken)
    {
        PhaseResult slice = await RunAsync(length, cancellationToken);
        _round = _round is null ? slice : _round + slice;
    }

    /// <summary>The slices since the last round become a round.</summary>
    public void EndRound()
    {
        Rounds.Add(_round ?? throw new InvalidOperationException("nothing was measured in this round"));
        _round = null;
    }

    private async Task<PhaseResult> RunAsync(TimeSpan length, CancellationToken cancellationToken)
    {
        await SignAheadAsync(length + s_runIn, cancellationToken);
        await (_prepare?.Invoke(_clients) ?? Task.CompletedTask);
        var done = new TaskCompletionSource<PhaseResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => RunOnThread(length, done)) { IsBackground = true, Name = "load" }.Start();
        PhaseResult result = await done.Task.WaitAsync(cancellationToken);
        if (Array.Find(_clients, client => client.Failure is not null) is { } failed)
        {
            int count = _clients.Count(client => client.Failure is not null);
            throw new InvalidOperationException(
                $"{Name}: {count} of {_clients.Length} clients were refused; channel {failed.Stock.Channel.Id} after {failed.Paid} "
                + $"calls: {failed.Failure}");
        }

        _fastest = Math.Max(_fastest, result.CallsPerSecond);
        return result;
    }

    private void RunOnThread(TimeSpan length, TaskCompletionSource<PhaseResult> done)
    {
        try
        {
            done.SetResult(_loop.Run(s_runIn, length, _server.Measure));
        }
        catch (Exception failure)
        {
            done.SetException(failure);
        }
    }

    /// <summary>Has enough payments signed for what comes, so that nothing is signed while it is measured.</summary>
    private Task SignAheadAsync(TimeSpan length, CancellationToken cancellationToken)
    {
        int wanted = FirstStock + (int)(length.TotalSeconds * _fastest * StockMargin / _clients.Length);
        var parallel = new ParallelOptions { CancellationToken = cancellationToken };
        return Parallel.ForEachAsync(_clients, parallel, (client, _) =>
        {
            client.Stock.Fill(_paymentsCount ? client.Paid + wanted : FirstStock);
            return ValueTask.CompletedTask;
        });
    }
}
