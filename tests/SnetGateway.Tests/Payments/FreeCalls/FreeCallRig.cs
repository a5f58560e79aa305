using System.Collections.Frozen;
using System.Text;
using SnetGateway.Payments;
using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Counters;
using SnetGateway.Payments.FreeCalls;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.States;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using SnetGateway.TestKit.Payments;
using Xunit;

namespace SnetGateway.Tests.Payments.FreeCalls;

/// <summary>
/// One gateway's free calls on a scripted chain and store, at block 1,000: three calls for each user, who must own 10 tokens, and does. The
/// signatures are those of <see cref="FakeSigners"/>.
/// </summary>
internal sealed class FreeCallRig
{
    public const string UserText = "0x00000000000000000000000000000000000000aB";

    public static readonly Address User = Address.Parse(UserText);
    public static readonly Address Other = Address.Parse("0x00000000000000000000000000000000000000cd");
    public static readonly Address Provider = Address.Parse("0x0000000000000000000000000000000000000011");
    public static readonly Address Trusted = Address.Parse("0x0000000000000000000000000000000000000022");

    private static ulong s_instances = 1_000;

    public FreeCallRig(
        FreeCallTerms? terms = null, ScriptedStore? store = null, TestTimeProvider? time = null, IReadOnlySet<Address>? allowed = null)
    {
        Time = time ?? new TestTimeProvider();
        Store = store ?? new ScriptedStore();
        Offer = new FreeCallOffer(terms ?? Terms(), "svc");
        Chain = new FakeChain(new ChannelBook([PaymentRig.Group]), Time);
        var options = new LivePaidCallOptions(new PaidCallOptions());
        var freshness = new BlockFreshness(Chain, Time, PaymentRig.Bound);
        Tokens = new FreeCallTokens(Signers);
        var checks = new FreeCallChecks(Signers, Tokens, freshness, address => address.ToString(), allowed);
        Counters = new CounterLedger(
            Store, new CounterBook(Interlocked.Add(ref s_instances, 1_000_000)), Time, options);
        Admission = new FreeCallAdmission(checks, Counters, new UnpaidCalls(Time, options), Events);
        States = new FreeCallStates(checks, Tokens, new RequestBudgets(Time, () => Limit), Counters, freshness, Balances);
    }

    /// <summary>Requests of one caller in a minute.</summary>
    public int Limit { get; set; } = int.MaxValue;

    public TestTimeProvider Time { get; }

    public ScriptedStore Store { get; }

    public FreeCallOffer Offer { get; }

    public FakeChain Chain { get; }

    public FakeSigners Signers { get; } = new();

    public RecordingPaymentEvents Events { get; } = new();

    public ScriptedBalances Balances { get; } = new();

    public FreeCallTokens Tokens { get; }

    public CounterLedger Counters { get; }

    public FreeCallAdmission Admission { get; }

    public FreeCallStates States { get; }

    public static FreeCallTerms Terms(
        string organization = "org", string groupName = "default_group", string groupId = "R1", Address? provider = null, long calls = 3,
        params (Address Address, long Calls)[] perAddress) => new()
    {
        OrganizationId = organization,
        GroupName = groupName,
        GroupId = groupId,
        Signer = new FakeKey(provider ?? Provider),
        Calls = calls,
        CallsPerAddress = perAddress.ToFrozenDictionary(pair => pair.Address, pair => pair.Calls),
        TrustedSigners = new[] { Trusted }.ToFrozenSet(),
        MinBalance = UInt256.Parse("10000000000000000000"),
        MinBalanceText = "10",
    };

    /// <summary>What a user sends with a token, or to request one where there is none.</summary>
    public static FreeCallUse Use(
        FreeCallOffer offer, byte[] token, string address = UserText, string userId = "", ulong block = 1_000, Address? by = null)
    {
        byte[] message =
        [
            .. "__prefix_free_trial"u8, .. Encoding.UTF8.GetBytes(address + userId), .. offer.SignedIds.Span,
            .. UInt256.FromUInt64(block).ToBigEndian(), .. token,
        ];
        return new FreeCallUse(
            address,
            new FreeCallUser(Address.TryParse(address, out Address parsed) ? parsed : default, userId),
            UInt256.FromUInt64(block),
            FakeSigners.Sign(by ?? parsed, message));
    }

    /// <summary>A token that another holder of the key has issued.</summary>
    public static FreeCallToken Token(FreeCallTerms terms, Address user, string userId = "", ulong expiry = 100_000) =>
        FreeCallToken.Create(terms.Signer.SignMessage(FreeCallMessages.Token(terms, new FreeCallUser(user, userId), expiry)), expiry);

    public FreeCallToken Token(Address? user = null, string userId = "", ulong expiry = 100_000) =>
        Token(Offer.Terms, user ?? User, userId, expiry);

    public ValueTask<AdmissionResult> AdmitAsync(FreeCallUse use, FreeCallToken token) => Admission.AdmitAsync(
        Offer, use, token, new PaidCall(new PaidService("calculator", PaymentRig.Group, new FixedPrice(10)), "/c.C/Add"), default);

    /// <summary>Admits a right call of the user, and expects it to be.</summary>
    public async Task<Reservation> ReserveAsync(string address = UserText)
    {
        FreeCallToken token = Token();
        AdmissionResult admission = await AdmitAsync(Use(Offer, token.Bytes.ToArray(), address), token);
        Assert.Null(admission.Refusal);
        return admission.Reservation!;
    }

    /// <summary>One whole call. Null when it was granted.</summary>
    public async Task<PaymentRefusal?> CallAsync(string address = UserText)
    {
        FreeCallToken token = Token();
        AdmissionResult admission = await AdmitAsync(Use(Offer, token.Bytes.ToArray(), address), token);
        return admission.Refusal ?? await admission.Reservation!.SettleAsync();
    }

    /// <summary>The calls that are left, or the error.</summary>
    public async Task<object> AskAsync(string address = UserText)
    {
        FreeCallToken token = Token();
        (ulong calls, string? error) = await States.CountAsync(
            [Offer], Use(Offer, token.Bytes.ToArray(), address), token.Bytes, default, default);
        return error ?? (object)calls;
    }

    private sealed class FakeKey(Address address) : IMessageSigner
    {
        public Address Address => address;

        public byte[] SignMessage(ReadOnlySpan<byte> message) => FakeSigners.Sign(address, message);
    }
}

/// <summary>Balances that a test sets; 10 tokens for everyone at first.</summary>
internal sealed class ScriptedBalances : ITokenBalances
{
    public UInt256? Balance { get; set; } = UInt256.Parse("10000000000000000000");

    public int Reads { get; private set; }

    public ValueTask<UInt256?> BalanceOfAsync(Address owner, CancellationToken cancellationToken)
    {
        Reads++;
        return new ValueTask<UInt256?>(Balance);
    }
}
