using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Claims.Sending;

/// <summary>Signs transactions of one payee: with a key in memory, or at a service that holds it.</summary>
public interface IClaimSigner
{
    /// <summary>The payee: the account of the transactions, and the recipient of the channels.</summary>
    Address Address { get; }

    /// <summary>Signs a transaction.</summary>
    /// <exception cref="ClaimChainException">The service does not respond, or has signed something else.</exception>
    ValueTask<SignedTransaction> SignAsync(ClaimTransaction transaction, CancellationToken cancellationToken);
}
