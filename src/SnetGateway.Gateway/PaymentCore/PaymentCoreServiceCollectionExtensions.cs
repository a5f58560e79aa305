using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using SnetGateway.Ethereum;
using SnetGateway.Ethereum.Follower;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Hosting;
using SnetGateway.Gateway.Limits;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments;
using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Checks;
using SnetGateway.Payments.Claims;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Pauses;
using SnetGateway.Payments.Payees;
using SnetGateway.Payments.Prepaid;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.States;
using SnetGateway.Payments.Training;
using SnetGateway.Payments.Values;
using SnetGateway.Storage;

namespace SnetGateway.Gateway.PaymentCore;

/// <summary>
/// Puts the payment core together: channels in memory, the ledger in its store, the chain follower, admission and settlement, and the
/// payment kinds that use them.
/// </summary>
internal static class PaymentCoreServiceCollectionExtensions
{
    public static IServiceCollection AddPaymentCore(this IServiceCollection services)
    {
        services.AddClock();
        services.AddSingleton(provider => provider.GetRequiredService<IOptions<ChainOptions>>().Value);
        services.AddSingleton(
            provider => new LivePaidCallOptions(provider.GetRequiredService<IOptionsMonitor<PaidCallOptions>>().CurrentValue));

        // Chain.
        services.AddSingleton<ISignerRecovery>(CreateSignerRecovery);
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ChainFollower>(provider, Random.Shared));
        services.AddSingleton<IChannelReader>(provider => provider.GetRequiredService<ChainFollower>());

        // Ledger.
        services.AddSingleton<StorageMetrics>();
        services.AddSingleton(OpenStore);
        services.AddSingleton(provider => new ChannelBook(
            provider.GetRequiredService<LiveSnapshot>().Catalog.Groups, (ulong)provider.GetRequiredService<ChainOptions>().FinalityDepth));
        services.AddSingleton<CursorStore>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<LedgerMarker>(
            provider, provider.GetRequiredService<IOptions<LedgerOptions>>().Value, Scope(provider)));
        services.AddSingleton(new CounterBook(NewInstance()));
        services.AddSingleton<CounterLedger>();
        services.AddSingleton<TrainingModels>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<TrainingAuthorization>(
            provider, (Func<Address, string>)AddressText.Checksum));
        services.TryAddSingleton<PauseSwitch>();
        services.AddSingleton<PauseBook>();
        services.AddSingleton<PayeeBook>();
        services.AddSingleton<LedgerSync>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<PaymentLedger>(provider, NewInstance()));

        // Payments.
        services.AddSingleton<IPaymentEvents, PaymentEvents>();
        services.AddSingleton(provider => new ChannelChecks(
            provider.GetRequiredService<IChannelReader>(),
            provider.GetRequiredService<ISignerRecovery>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ChainOptions>().Escrow,
            provider.GetRequiredService<ChainOptions>().StalenessBound,
            provider.GetRequiredService<LivePaidCallOptions>(),
            provider.GetRequiredService<AllowedUsers>().Addresses));
        services.AddSingleton<UnpaidCalls>();
        services.AddSingleton<GiveBacks>();
        services.AddSingleton<ChannelSettlement>();
        services.AddSingleton<RecordPreparation>();
        services.AddSingleton<VoucherAdmission>();
        services.AddSingleton<ChannelAdmission>();
        services.AddSingleton(provider =>
        {
            IOptionsMonitor<LimitOptions> limits = provider.GetRequiredService<IOptionsMonitor<LimitOptions>>();
            return new RequestBudgets(
                provider.GetRequiredService<TimeProvider>(), () => limits.CurrentValue.ControlRequestsPerMinute);
        });
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ChannelParties>(
            provider, provider.GetRequiredService<ChainOptions>().StalenessBound));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ChannelStates>(
            provider, provider.GetRequiredService<ChainOptions>().Escrow));
        services.AddSingleton<ClaimAudit>();
        services.AddSingleton<ClaimedAmounts>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ClaimAccess>(
            provider, provider.GetRequiredService<ChainOptions>().Escrow, (Func<Address, string>)AddressText.Checksum));
        services.AddSingleton<ClaimWriter>();
        services.AddSingleton<ClaimStarts>();
        services.AddSingleton<ClaimLists>();
        services.AddSingleton<PrepaidPlans>();
        services.AddSingleton<PrepaidSettlement>();
        services.AddSingleton<PrepaidAdmission>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPaymentType, EscrowPayment>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPaymentType, TrainPayment>());

        services.AddFreeCalls();
        services.AddHostedService<PaymentCoreHost>();
        return services;
    }

    /// <summary>A number that no other process of this ledger has.</summary>
    private static ulong NewInstance() => BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    private static T WithChain<T>(IServiceProvider provider)
    {
        ChainOptions chain = provider.GetRequiredService<ChainOptions>();
        return ActivatorUtilities.CreateInstance<T>(provider, chain.Escrow, chain.StalenessBound);
    }

    private static SignerRecovery CreateSignerRecovery(IServiceProvider provider)
    {
        IOptionsMonitor<PaidCallOptions> options = provider.GetRequiredService<IOptionsMonitor<PaidCallOptions>>();
        var signers = new SignerRecovery(provider.GetRequiredService<ILogger<SignerRecovery>>())
        {
            UsesTables = options.CurrentValue.FastSignatures,
        };
        options.OnChange(changed => signers.UsesTables = changed.FastSignatures);
        return signers;
    }

    /// <summary>Opened at the first use, which <see cref="PaymentCoreHost"/> makes before a listener opens.</summary>
    private static IRecordStore OpenStore(IServiceProvider provider)
    {
        return RecordStores.Open(
            provider.GetRequiredService<IOptions<LedgerOptions>>().Value,
            Scope(provider),
            provider.GetRequiredService<StorageMetrics>(),
            provider.GetRequiredService<ILoggerFactory>(),
            provider.GetRequiredService<TimeProvider>());
    }

    private static LedgerScope Scope(IServiceProvider provider)
    {
        ChainOptions chain = provider.GetRequiredService<ChainOptions>();
        return new LedgerScope((ulong)chain.ChainId, chain.Escrow);
    }
}
