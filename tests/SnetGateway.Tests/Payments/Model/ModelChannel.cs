using System.Collections.Concurrent;
using SnetGateway.Payments.Prepaid;
using SnetGateway.Payments.Values;

namespace SnetGateway.Tests.Payments.Model;

/// <summary>What the clients of a history know of one channel.</summary>
internal sealed class ModelChannel(ChannelId id, ulong value)
{
    private readonly Lock _following = new();
    private volatile ModelNonce[] _nonces = [new ModelNonce(0)];

    public ChannelId Id => id;

    /// <summary>What is in the contract.</summary>
    public ulong Value { get; set; } = value;

    /// <summary>The nonce in the contract.</summary>
    public ulong OnChain { get; set; }

    /// <summary>The nonces so far, the current one last.</summary>
    public IReadOnlyList<ModelNonce> Nonces => _nonces;

    public ModelNonce Current => Nonces[^1];

    /// <summary>Takes in the nonce that the ledger is at, which a claim may have moved.</summary>
    public void Follow(ulong nonce)
    {
        lock (_following)
        {
            while (Current.Number < nonce)
            {
                _nonces = [.. _nonces, new ModelNonce(Current.Number + 1)];
            }
        }
    }
}

/// <summary>Grants and unknown outcomes at one nonce of a channel, in cogs.</summary>
internal sealed class ModelNonce(ulong number)
{
    private readonly Lock _signing = new();
    private ulong _signed;

    private readonly ConcurrentDictionary<ulong, int> _granted = new();

    public ulong Number => number;

    public ModelSums Escrow { get; } = new();

    public ModelSums Prepaid { get; } = new();

    /// <summary>Tokens that were issued at this nonce.</summary>
    public ConcurrentQueue<PrepaidToken> Tokens { get; } = new();

    /// <summary>The amount that was claimed; null while it is the current nonce.</summary>
    public ulong? Claimed { get; set; }

    /// <summary>Signed totals for which more than one escrow call was granted.</summary>
    public ulong[] GrantedTwice => [.. _granted.Where(one => one.Value > 1).Select(one => one.Key)];

    /// <summary>A total for a voucher: above all before, and above what is known to be authorized.</summary>
    public ulong Sign(ulong authorized, ulong amount)
    {
        lock (_signing)
        {
            return _signed = Math.Max(_signed, authorized) + amount;
        }
    }

    public void Grant(ulong total, ulong price)
    {
        _granted.AddOrUpdate(total, 1, (_, times) => times + 1);
        Escrow.Grant(price);
    }
}

/// <summary>What clients were granted, and what may have been charged without a response.</summary>
internal sealed class ModelSums
{
    private ulong _granted;
    private ulong _unknown;

    public ulong Granted => _granted;

    public void Grant(ulong amount) => Interlocked.Add(ref _granted, amount);

    public void Unknown(ulong amount) => Interlocked.Add(ref _unknown, amount);

    /// <summary>Whether a total of the ledger can be what came of these calls.</summary>
    public bool Fits(ulong total) => total >= _granted && total <= _granted + _unknown;

    public ModelSums And(ModelSums other) => new() { _granted = _granted + other._granted, _unknown = _unknown + other._unknown };

    public override string ToString() => $"{_granted} granted, {_unknown} unknown";
}
