using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SnetGateway.Ethereum;
using SnetGateway.Ethereum.Follower;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Payments.Calls;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Claims;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.States;
using SnetGateway.Storage;

namespace SnetGateway.Gateway.PaymentCore;

/// <summary>
/// Puts the payment core together: the channels in memory, the ledger in its store, the chain beside them, and the judges that use all three.
/// </summary>
internal static class PaymentCoreServiceCollectionExtensions
{
    public static IServiceCollection AddPaymentCore(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ISignerRecovery>(CreateSignerRecovery);
        services.TryAddSingleton<IPaymentEvents, PaymentEvents>();
        services.TryAddSingleton<StorageMetrics>();
        services.TryAddSingleton(provider => new ChannelBook(
            provider.GetRequiredService<LiveSnapshot>().Catalog.Groups,
            (ulong)Chain(provider).FinalityDepth));
        services.TryAddSingleton(OpenStore);
        services.TryAddSingleton(provider => ActivatorUtilities.CreateInstance<PaymentLedger>(
            provider, BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)))));
        services.TryAddSingleton(provider => ActivatorUtilities.CreateInstance<ChainFollower>(provider, Chain(provider), Random.Shared));
        services.TryAddSingleton<IChannelReader>(provider => provider.GetRequiredService<ChainFollower>());
        services.TryAddSingleton<ClaimAudit>();
        services.TryAddSingleton(provider => ActivatorUtilities.CreateInstance<ChannelPayments>(
            provider, Chain(provider).Escrow, Chain(provider).StalenessBound, provider.GetRequiredService<IOptionsMonitor<PaidCallOptions>>().CurrentValue));
        services.TryAddSingleton(provider => ActivatorUtilities.CreateInstance<ChannelStates>(
            provider, Chain(provider).Escrow, Chain(provider).StalenessBound));
        services.AddSingleton<LedgerHealth>();
        services.AddHostedService<PaymentCoreHost>();
        services.AddHostedService(provider => provider.GetRequiredService<LedgerHealth>());
        return services;
    }

    private static ChainOptions Chain(IServiceProvider provider) => provider.GetRequiredService<IOptions<ChainOptions>>().Value;

    private static SignerRecovery CreateSignerRecovery(IServiceProvider provider)
    {
        IOptionsMonitor<PaidCallOptions> options = provider.GetRequiredService<IOptionsMonitor<PaidCallOptions>>();
        var signers = new SignerRecovery(provider.GetRequiredService<ILogger<SignerRecovery>>()) { UsesTables = options.CurrentValue.FastSignatures };
        options.OnChange(changed => signers.UsesTables = changed.FastSignatures);
        return signers;
    }

    /// <summary>Opened when it is first asked for, which <see cref="PaymentCoreHost"/> does before a listener opens.</summary>
    private static IRecordStore OpenStore(IServiceProvider provider)
    {
        ChainOptions chain = Chain(provider);
        return RecordStores.Open(
            provider.GetRequiredService<IOptions<LedgerOptions>>().Value,
            new LedgerScope((ulong)chain.ChainId, chain.Escrow),
            provider.GetRequiredService<StorageMetrics>(),
            provider.GetRequiredService<ILoggerFactory>(),
            provider.GetRequiredService<TimeProvider>());
    }
}
