using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.FreeCalls;

/// <summary>Reads how many tokens of the escrow contract's currency an address owns.</summary>
public interface ITokenBalances
{
    /// <summary>
    /// The balance in cogs, at most a minute old; null when it cannot be read now. Concurrent reads share requests, and their number per
    /// second is limited. Throws only when cancelled.
    /// </summary>
    ValueTask<UInt256?> BalanceOfAsync(Address owner, CancellationToken cancellationToken);
}
