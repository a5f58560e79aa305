using SnetGateway.Ethereum;
using SnetGateway.Gateway.Hosting;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Claims;
using SnetGateway.Payments.Claims.Planning;
using SnetGateway.Payments.Claims.Sending;
using SnetGateway.Payments.Records;

namespace SnetGateway.Gateway.Claims;

/// <summary>Runs the claims of all payees that can be signed for, beside the calls. Without a signer it does nothing.</summary>
internal sealed class ClaimAutopilots : BackgroundService
{
    /// <summary>Pause after a round while a transaction is open, and otherwise.</summary>
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(5), s_longPause = TimeSpan.FromSeconds(30);

    /// <summary>Failures in a row from which one is logged: an endpoint that is late for a moment is none.</summary>
    private const int LoggedFailures = 3;

    private readonly ClaimRules _rules;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IReadOnlyList<IClaimSigner> _signers;

    public ClaimAutopilots(
        ClaimOptions options, ChainOptions chain, ChannelBook book, IChannelReader reader, OutboxStore outboxes,
        IClaimTransactions transactions, ClaimWriter writer, IClaimEvents events, ClaimProcess process, GatewayRole role,
        TimeProvider time, ILogger<ClaimAutopilots> logger)
    {
        (_rules, _time, _logger) = (options.Rules, time, logger);
        _signers = chain.IsConfigured ? ClaimSigners.Open(options, chain, time) : [];
        All =
        [
            .. _signers.Select(signer => new ClaimState(
                new ClaimAutopilot(
                    signer, book, reader, outboxes, transactions, writer, events, time, process.Number,
                    role.Payees.Join((ulong)chain.ChainId, signer.Address)))),
        ];
    }

    /// <summary>One for each payee.</summary>
    public IReadOnlyList<ClaimState> All { get; }

    /// <summary>What would be claimed now. Throws as <see cref="ClaimAutopilot.PlanAsync"/>.</summary>
    public ValueTask<IReadOnlyList<PlannedClaim>> PlanAsync(ClaimState one, CancellationToken cancellationToken) =>
        one.Autopilot.PlanAsync(_rules, cancellationToken);

    /// <summary>Does a round now. Never throws but when cancelled: what went wrong is in the state.</summary>
    public async Task RunAsync(ClaimState one, CancellationToken cancellationToken)
    {
        try
        {
            one.Succeeded(await one.Autopilot.RunAsync(_rules, cancellationToken), _time.GetUtcNow());
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (OutboxMovedException)
        {
            // Another gateway claims now; the next round sees it.
        }
        catch (Exception exception) when (exception is ClaimChainException or StoreUnavailableException or LedgerFormatException)
        {
            if (one.Failed(exception.Message, _time.GetUtcNow()) == LoggedFailures)
            {
                ClaimLog.RoundFailed(_logger, one.Autopilot.Payee, exception.Message);
            }
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            if (one.Failed(exception.Message, _time.GetUtcNow()) == 1)
            {
                ClaimLog.RoundFaulted(_logger, exception, one.Autopilot.Payee);
            }
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        foreach (IDisposable signer in _signers.OfType<IDisposable>())
        {
            signer.Dispose();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (ClaimState one in All)
        {
            ClaimLog.ClaimsAreSent(_logger, one.Autopilot.Payee);
        }

        try
        {
            while (All.Count > 0)
            {
                foreach (ClaimState one in All)
                {
                    await RunAsync(one, stoppingToken);
                }

                await Task.Delay(All.Any(one => one.HasOpen) ? s_pause : s_longPause, _time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Shutdown. Open transactions are in the outbox.
        }
    }
}
