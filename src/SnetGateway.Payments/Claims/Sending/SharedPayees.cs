using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Claims.Sending;

/// <summary>
/// The accounts that several gateways of one process claim for, as two escrow contracts of a chain often pay one address. Of two
/// transactions with the same account nonce only one is mined, so a gateway makes none while another one has some that are not mined. That
/// only saves work: a transaction whose place was taken is planned again. Safe to use from several threads.
/// </summary>
/// <param name="isOpen">Whether transactions may be made from the beginning on, because there is one gateway only.</param>
public sealed class SharedPayees(bool isOpen = true)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(ulong ChainId, Address Payee), List<PayeeShare>> _shares = [];
    private bool _isOpen = isOpen;

    /// <summary>All gateways of the process have started, and have joined.</summary>
    public void Open()
    {
        lock (_lock)
        {
            _isOpen = true;
        }
    }

    /// <summary>Joins a gateway.</summary>
    /// <param name="chainId">The chain.</param>
    /// <param name="payee">The account.</param>
    public PayeeShare Join(ulong chainId, Address payee)
    {
        lock (_lock)
        {
            if (!_shares.TryGetValue((chainId, payee), out List<PayeeShare>? all))
            {
                _shares[(chainId, payee)] = all = [];
            }

            var share = new PayeeShare(this, all);
            all.Add(share);
            return share;
        }
    }

    internal bool TryBegin(PayeeShare share, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (_isOpen && share.All.TrueForAll(other => other == share || other.IsIdle))
            {
                (share.WaitsSince, share.IsIdle) = (null, false);
                return true;
            }

            share.WaitsSince ??= now;
            return now - share.WaitsSince >= PayeeShare.MaxWait;
        }
    }

    internal void End(PayeeShare share, bool isIdle)
    {
        lock (_lock)
        {
            share.IsIdle = isIdle;
        }
    }
}

/// <summary>One gateway among those that claim for an account.</summary>
public sealed class PayeeShare
{
    /// <summary>
    /// Time after which a gateway makes transactions although another one has some: that one may be without its chain, and channels expire.
    /// </summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(10);

    private readonly SharedPayees _payees;

    internal PayeeShare(SharedPayees payees, List<PayeeShare> all)
    {
        (_payees, All) = (payees, all);
    }

    /// <summary>All gateways that claim for the account, this one included.</summary>
    internal List<PayeeShare> All { get; }

    /// <summary>Whether it is known to have no transaction that is not mined, and is not in a round.</summary>
    internal bool IsIdle { get; set; }

    internal DateTimeOffset? WaitsSince { get; set; }

    /// <summary>
    /// Begins a round, before the account is read. False when it must not make transactions, because another gateway has some that are not
    /// mined, is in a round, or was in none yet.
    /// </summary>
    public bool TryBegin(DateTimeOffset now) => _payees.TryBegin(this, now);

    /// <summary>Ends a round.</summary>
    /// <param name="isIdle">Whether no transaction is left that is not mined; false where that is not known.</param>
    public void End(bool isIdle) => _payees.End(this, isIdle);
}
