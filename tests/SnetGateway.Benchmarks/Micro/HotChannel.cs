using SnetGateway.Ethereum.Signatures;
using SnetGateway.Payments;
using SnetGateway.Payments.Admission;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Records;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit.Payments;

namespace SnetGateway.Benchmarks.Micro;

/// <summary>A payment core with one known, fresh channel: the state in which nearly every paid call finds it.</summary>
internal sealed class HotChannel
{
    private static readonly ChannelId s_id = new(42);
    private static readonly ChannelNonce s_nonce = new(3);
    private static readonly PrivateKey s_key = PrivateKey.Parse(string.Concat(Enumerable.Repeat("01", PrivateKey.Size)));

    private readonly byte[] _signature = SignedPayment().Signature.ToArray();
    private readonly Channel _channel;

    /// <param name="store">Where its ledger is kept.</param>
    public HotChannel(IRecordStore store)
    {
        TimeProvider time = TimeProvider.System;
        var block = new ChainBlock(1_000, default, time.GetUtcNow());
        var group = new PaymentGroup("org", "group", new Bytes32(new byte[Bytes32.Size]), Recipient, ExpirationThreshold: 240);
        var book = new ChannelBook([group]);
        book.Learn(new ChannelReading
        {
            Id = s_id,
            Nonce = s_nonce,
            Sender = s_key.Address,
            Signer = s_key.Address,
            Recipient = Recipient,
            GroupId = group.Id,
            Value = UInt256.MaxValue,
            Expiration = 1_000_000,
            Block = block,
        });
        _channel = book.Find(s_id)!;
        Call = new PaidCall(new PaidService("service", group, new FixedPrice(UInt256.One)), "/example.Echo/Say");
        Payments = new PaymentParts(
            book, new StillChain(block), new KnownSigner(s_key.Address), store, new NoEvents(), time, Escrow,
            TimeSpan.FromDays(1)).Admission;
    }

    public static Address Escrow { get; } = Address.Parse("0x39ee715b50e78a920120c1ded58b1a47f571ab75");

    public ChannelAdmission Payments { get; }

    public PaidCall Call { get; }

    private static Address Recipient { get; } = Address.Parse("0x5050a4f4b3f9338c3472dcc01a87c76a144b3c9c");

    /// <summary>A payment that its channel's signer really signed.</summary>
    public static ChannelPayment SignedPayment()
    {
        UInt256 amount = 12_345;
        byte[] message = new byte[ClaimMessage.Length];
        ClaimMessage.Write(message, Escrow, s_id, s_nonce, amount);
        return new ChannelPayment(s_id, s_nonce, amount, s_key.SignMessage(message));
    }

    /// <summary>
    /// The payment that is right after all that were settled. Its signature has the right shape only: nobody looks closer here.
    /// </summary>
    public ChannelPayment NextPayment() =>
        new(s_id, s_nonce, (_channel.Record?.Amount ?? UInt256.Zero).SaturatingAdd(UInt256.One), _signature);

    private sealed class KnownSigner(Address signer) : ISignerRecovery
    {
        public bool TryRecover(ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature, out Address found)
        {
            found = signer;
            return true;
        }

        public bool IsWellFormed(ReadOnlySpan<byte> signature) => true;
    }

    private sealed class StillChain(ChainBlock block) : IChannelReader
    {
        public ChainBlock? Head => block;

        public ChainBlock? Cursor => block;

        public ValueTask<ChannelReadResult> ReadChannelAsync(ChannelId id, ReadPriority priority, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("A known channel asked the chain.");

        public void ReadLater(ChannelId id)
        {
        }

        public ValueTask CatchUpAsync(CancellationToken cancellationToken) => default;

        public ValueTask<bool> RefreshHeadAsync(CancellationToken cancellationToken) => new(true);
    }

    private sealed class NoEvents : IPaymentEvents
    {
        public void LedgerMismatch(ChannelId channel, UInt256 known, UInt256 seen)
        {
        }

        public void ExecutedWithoutGrant(ChannelId channel)
        {
        }

        public void OutcomeUnknown(ChannelId channel)
        {
        }

        public void NotWritten(ChannelId channel)
        {
        }

        public void NotGivenBack(ChannelId channel, UInt256 unused)
        {
        }

        public void ClaimStarted(ChannelId channel, ChannelNonce nonce, UInt256 amount)
        {
        }

        public void FundsTakenBack(ChannelId channel, UInt256 lost)
        {
        }

        public void RecordSetAside(ChannelId channel, UInt256 amount)
        {
        }

        public void FreeCallExecutedWithoutGrant(Address user)
        {
        }

        public void FreeCallOutcomeUnknown(Address user)
        {
        }

        public void FreeCallNotWritten(Address user)
        {
        }
    }
}
