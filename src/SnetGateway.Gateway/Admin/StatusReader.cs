using System.Diagnostics;
using Microsoft.Extensions.Options;
using SnetGateway.Ethereum;
using SnetGateway.Ethereum.Follower;
using SnetGateway.Gateway.Draining;
using SnetGateway.Gateway.Health;
using SnetGateway.Gateway.Listeners;
using SnetGateway.Gateway.PaymentCore;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;
using SnetGateway.Storage;

namespace SnetGateway.Gateway.Admin;

/// <summary>Reads the gateway's status from memory.</summary>
internal sealed class StatusReader(
    Readiness readiness,
    LedgerHealth ledger,
    IRecordStore store,
    ChainFollower chain,
    ChannelBook book,
    RunningCalls running,
    ListenerAddresses addresses,
    ServerCertificates certificates,
    IOptions<ListenerOptions> listeners,
    IOptions<LedgerOptions> ledgerOptions,
    ChainOptions chainOptions,
    TimeProvider time)
{
    private static readonly DateTimeOffset s_started = new(Process.GetCurrentProcess().StartTime.ToUniversalTime());

    public GatewayStatus Read()
    {
        IReadOnlyList<string> problems = readiness.Problems();
        ChainStatus status = chain.Status;
        return new GatewayStatus(
            GatewayVersion.Text, time.GetUtcNow(), s_started, problems.Count == 0, problems, running.Count, book.Count,
            addresses.Public.ToString(), addresses.Admin.ToString(), listeners.Value.Public.IsTls,
            [.. certificates.All.Select(one => new CertificateView(one.Names, one.NotAfter.ToUniversalTime()))],
            new StoreView(
                ledgerOptions.Value.Store, LedgerPlace.Of(ledgerOptions.Value).ToString(), store.IsShared, ledger.IsWritable),
            new ChainView(
                chainOptions.ChainId, chainOptions.Escrow.ToString(), status.Head?.Number, status.Cursor?.Number, status.LastSuccess,
                status.LastFailure, [.. status.Endpoints.Select(one => new EndpointView(one.Name, one.IsUsable, one.Fault))]));
    }
}
