using System.Collections.Immutable;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Claims.Sending;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit.Payments;

namespace SnetGateway.TestKit.Claims;

/// <summary>
/// A chain with the escrow contract's rules for claims, one payee's account and a mempool, block by block. For one thread.
/// </summary>
/// <param name="escrow">The contract's address.</param>
/// <param name="group">The group whose channels these are.</param>
/// <param name="time">The clock.</param>
public sealed class SimulatedChain(Address escrow, PaymentGroup group, TimeProvider time) : IClaimTransactions
{
    /// <summary>Blocks until finality.</summary>
    public const ulong FinalityDepth = 64;

    private static readonly ImmutableDictionary<Bytes32, ClaimReceipt> s_none = ImmutableDictionary<Bytes32, ClaimReceipt>.Empty;

    private readonly FakeSigners _signers = new();
    private readonly Dictionary<Bytes32, ClaimTransaction> _signed = [];
    private readonly List<SimulatedBlock> _blocks = [new(0, 0, ImmutableDictionary<ChannelId, ChannelReading>.Empty, 0, s_none, [])];
    private ImmutableDictionary<ChannelId, ChannelReading> _next = ImmutableDictionary<ChannelId, ChannelReading>.Empty;
    private List<(ulong Nonce, Bytes32 Hash)> _mempool = [];
    private readonly List<ChannelId> _takenOut = [];
    private readonly List<ClaimEvent> _claimedByTools = [];
    private readonly Dictionary<ChannelId, ChannelReading> _openings = [];
    private ulong _forks;

    /// <summary>Wei for a unit of gas in the next block.</summary>
    public ulong BaseFee { get; set; } = 10_000_000_000;

    /// <summary>Wei of the payee.</summary>
    public UInt256 Balance { get; set; } = UInt256.Parse("1000000000000000000000");

    /// <summary>Runs before and after each request of a gateway; may throw.</summary>
    public Action<string> OnRequest { get; set; } = _ => { };

    /// <summary>What each request of a gateway waits for.</summary>
    public Func<Task> Pause { get; set; } = () => Task.CompletedTask;

    /// <summary>What was paid by <see cref="TryClaim"/>.</summary>
    public IReadOnlyList<ClaimEvent> ClaimedByTools => _claimedByTools;

    /// <summary>Transactions of the chain that cost gas and claimed nothing.</summary>
    public int Wasted => Mined.Count(one => one.Receipt.Claims.Count == 0);

    /// <summary>The newest block.</summary>
    public SimulatedBlock Head => _blocks[^1];

    /// <summary>Transactions that wait.</summary>
    public int Waiting => _mempool.Count;

    /// <summary>All transactions that were mined and are in the chain, with their claims.</summary>
    public IEnumerable<(Bytes32 Hash, ClaimTransaction Transaction, ClaimReceipt Receipt)> Mined => _blocks
        .SelectMany(block => block.Receipts).Select(pair => (pair.Key, _signed[pair.Key], pair.Value));

    /// <summary>A block of the chain; null where it has none.</summary>
    public SimulatedBlock? Find(ulong number) => number < (ulong)_blocks.Count ? _blocks[(int)number] : null;

    /// <summary>The channel at the newest block.</summary>
    public ChannelReading? Find(ChannelId id) => Head.Channels.GetValueOrDefault(id) is { } one ? one with { Block = Head.At(time) } : null;

    /// <summary>Opens a channel, in the next block.</summary>
    public void Open(ChannelId id, Address sender, UInt256 value, ulong expiration)
    {
        _openings[id] = Opened(id, sender, value, expiration);
        _next = _next.SetItem(id, _openings[id]);
    }

    private ChannelReading Opened(ChannelId id, Address sender, UInt256 value, ulong expiration) => new()
    {
        Id = id,
        Nonce = default,
        Sender = sender,
        Signer = sender,
        Recipient = group.Recipient,
        GroupId = group.Id,
        Value = value,
        Expiration = expiration,
        Block = Head.At(time),
    };

    /// <summary>The claim of a tool, or the withdrawal of the sender after the expiry, in the next block.</summary>
    public void TakeOut(ChannelId id, UInt256 cogs)
    {
        ChannelReading now = _next[id];
        _next = _next.SetItem(id, now with { Nonce = now.Nonce.Next, Value = now.Value.SaturatingSubtract(cogs) });
        _takenOut.Add(id);
    }

    /// <summary>The claim of a tool, in the next block, before the transactions that wait. False when the contract refuses it.</summary>
    public bool TryClaim(ContractClaim claim)
    {
        if (Apply(_next, [claim]) is not { } after)
        {
            return false;
        }

        _next = after;
        _takenOut.Add(claim.Channel);
        _claimedByTools.Add(new ClaimEvent(claim.Channel, claim.Nonce.Next, claim.Payable));
        return true;
    }

    /// <summary>Adds blocks, each with the transactions that pay enough.</summary>
    public void Mine(int blocks = 1)
    {
        for (int i = 0; i < blocks; i++)
        {
            ImmutableDictionary<Bytes32, ClaimReceipt> receipts = s_none;
            List<ChannelId> claimed = [.. _takenOut];
            _takenOut.Clear();
            ulong count = Head.Count;
            while (Next(count) is { Hash.IsZero: false } sent)
            {
                ClaimReceipt receipt = Execute(_signed[sent.Hash]);
                receipts = receipts.Add(sent.Hash, receipt);
                claimed.AddRange(receipt.Claims.Select(claim => claim.Channel));
                count++;
            }

            _mempool.RemoveAll(sent => sent.Nonce < count);
            _blocks.Add(new SimulatedBlock(Head.Number + 1, _forks, _next, count, receipts, claimed));
        }
    }

    /// <summary>Replaces the last blocks by as many empty ones and one more. Their transactions wait again, or are lost.</summary>
    public void Reorganise(int depth, bool forgets)
    {
        SimulatedBlock[] undone = [.. _blocks.TakeLast(depth)];
        _blocks.RemoveRange(_blocks.Count - depth, depth);
        _next = Head.Channels.AddRange(_openings.Where(pair => !Head.Channels.ContainsKey(pair.Key))); // their transactions are not lost
        _forks++;
        foreach (Bytes32 hash in forgets ? [] : undone.SelectMany(block => block.Receipts.Keys))
        {
            Add(hash);
        }

        List<(ulong, Bytes32)> waiting = _mempool;
        _mempool = [];
        Mine(depth + 1);
        _mempool = waiting;
    }

    /// <summary>The nodes forget what waits.</summary>
    public void ForgetWaiting() => _mempool.Clear();

    /// <summary>A transaction of the account that no gateway made.</summary>
    public void SendOfOthers(ulong nonce) =>
        Add(Sign(new ClaimTransaction(nonce, 21_000, new TransactionFees(ulong.MaxValue / 8, 1), [])).Hash);

    /// <summary>Signs without cryptography: the chain knows the transaction by its hash.</summary>
    public SignedTransaction Sign(ClaimTransaction transaction)
    {
        byte[] text = System.Text.Encoding.UTF8.GetBytes(
            $"{transaction.AccountNonce} {transaction.GasLimit} {transaction.Fees} " + string.Join(
                ' ', transaction.Claims.Select(claim => $"{claim.Channel}/{claim.Nonce}:{claim.Signed}:{claim.Payable}")));
        var hash = new Bytes32(System.Security.Cryptography.SHA256.HashData(text));
        _signed[hash] = transaction;
        return new SignedTransaction(hash, text);
    }

    public async ValueTask<ClaimAccount> ReadAccountAsync(Address payee, CancellationToken cancellationToken)
    {
        await Pause();
        OnRequest("account");
        ulong final = Head.Number < FinalityDepth ? 0 : Head.Number - FinalityDepth;
        return new ClaimAccount(Head.Number, final, Head.Count, Find(final)!.Count, Balance, BaseFee, 1_000_000_000);
    }

    public async ValueTask<bool> IsAcceptedAsync(
        Address payee, IReadOnlyList<ContractClaim> claims, CancellationToken cancellationToken)
    {
        await Pause();
        OnRequest("call");
        return Apply(Head.Channels, claims) is not null;
    }

    public async ValueTask<ulong?> EstimateGasAsync(
        Address payee, IReadOnlyList<ContractClaim> claims, CancellationToken cancellationToken)
    {
        await Pause();
        OnRequest("estimate");
        return Apply(Head.Channels, claims) is null ? null : GasOf(claims.Count);
    }

    public async ValueTask<string?> SendAsync(SignedTransaction transaction, CancellationToken cancellationToken)
    {
        await Pause();
        OnRequest("send");
        string? refusal = Add(transaction.Hash);
        OnRequest("sent");
        return refusal;
    }

    public async ValueTask<ClaimReceipt?> FindReceiptAsync(Bytes32 hash, CancellationToken cancellationToken)
    {
        await Pause();
        OnRequest("receipt");
        return _blocks.Select(block => block.Receipts.GetValueOrDefault(hash)).FirstOrDefault(receipt => receipt is not null);
    }

    private (ulong Nonce, Bytes32 Hash) Next(ulong count) =>
        _mempool.FirstOrDefault(sent => sent.Nonce == count && _signed[sent.Hash].Fees.MaxFee >= BaseFee);

    private static ulong GasOf(int claims) => 21_000 + (41_000 * (ulong)claims);

    /// <summary>As nodes do: a transaction in place of another one must offer a tenth more.</summary>
    private string? Add(Bytes32 hash)
    {
        ClaimTransaction transaction = _signed[hash];
        if (transaction.AccountNonce < Head.Count)
        {
            return "nonce too low";
        }

        int index = _mempool.FindIndex(sent => sent.Nonce == transaction.AccountNonce);
        if (index < 0)
        {
            _mempool.Add((transaction.AccountNonce, hash));
            return null;
        }

        if (_mempool[index].Hash == hash)
        {
            return null;
        }

        TransactionFees other = _signed[_mempool[index].Hash].Fees;
        if (transaction.Fees.MaxFee < other.MaxFee + (other.MaxFee / 10) || transaction.Fees.Tip < other.Tip + (other.Tip / 10))
        {
            return "replacement transaction underpriced";
        }

        _mempool[index] = (transaction.AccountNonce, hash);
        return null;
    }

    private ClaimReceipt Execute(ClaimTransaction transaction)
    {
        ImmutableDictionary<ChannelId, ChannelReading>? after =
            GasOf(transaction.Claims.Count) > transaction.GasLimit ? null : Apply(_next, transaction.Claims);
        if (after is null)
        {
            return new ClaimReceipt(false, transaction.GasLimit, []);
        }

        _next = after;
        return new ClaimReceipt(
            true, GasOf(transaction.Claims.Count),
            [.. transaction.Claims.Select(claim => new ClaimEvent(claim.Channel, claim.Nonce.Next, claim.Payable))]);
    }

    /// <summary>The contract: each claim in order, and one that it refuses refuses all.</summary>
    private ImmutableDictionary<ChannelId, ChannelReading>? Apply(
        ImmutableDictionary<ChannelId, ChannelReading> channels, IReadOnlyList<ContractClaim> claims)
    {
        byte[] message = new byte[ClaimMessage.Length];
        foreach (ContractClaim claim in claims)
        {
            if (channels.GetValueOrDefault(claim.Channel) is not { } channel)
            {
                return null;
            }

            ClaimMessage.Write(message, escrow, claim.Channel, channel.Nonce, claim.Signed);
            if (!_signers.TryRecover(message, claim.Signature.Span, out Address signer) || signer != channel.Signer
                || claim.Payable > claim.Signed || claim.Payable > channel.Value)
            {
                return null;
            }

            channels = channels.SetItem(
                claim.Channel, channel with { Nonce = channel.Nonce.Next, Value = channel.Value.SaturatingSubtract(claim.Payable) });
        }

        return channels;
    }
}

/// <summary>A block with the state after it.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Fork">Blocks of one number and different forks have different hashes.</param>
/// <param name="Channels">The contract's channels.</param>
/// <param name="Count">Transactions of the account.</param>
/// <param name="Receipts">Its transactions.</param>
/// <param name="Claimed">The channels that were claimed in it.</param>
public sealed record SimulatedBlock(
    ulong Number, ulong Fork, ImmutableDictionary<ChannelId, ChannelReading> Channels, ulong Count,
    ImmutableDictionary<Bytes32, ClaimReceipt> Receipts, IReadOnlyList<ChannelId> Claimed)
{
    /// <summary>The block as a gateway knows it.</summary>
    public ChainBlock At(TimeProvider time) =>
        new(Number, new Bytes32(((UInt256)((Fork << 40) + Number + 1)).ToBigEndian()), time.GetUtcNow());
}
