using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Records;

namespace SnetGateway.Payments.Claims.Sending;

/// <summary>
/// Makes the transaction of a batch, again and again the same one, from the signatures in the channels' records; and sends it.
/// </summary>
internal sealed class BatchTransactions(
    ChannelBook book, ClaimWriter writer, IClaimTransactions chain, IClaimSigner signer, IClaimEvents events)
{
    /// <summary>Gas of a transaction without claims.</summary>
    public const ulong EmptyGas = 21_000;

    private readonly Dictionary<ulong, ulong> _sentAt = [];

    /// <summary>The entries that the contract can still pay: not claimed by others, and with a signature.</summary>
    public async ValueTask<IReadOnlyList<ContractClaim>> ClaimsOfAsync(
        IReadOnlyList<ClaimEntry> entries, CancellationToken cancellationToken)
    {
        var claims = new List<ContractClaim>(entries.Count);
        foreach (ClaimEntry entry in entries)
        {
            Channel channel = book.GetOrAdd(entry.Channel);
            if (channel.Chain is not { } chain || (entry.Nonce >= chain.Nonce && Find(channel, entry) is null))
            {
                await writer.ReadAsync(channel, cancellationToken); // another gateway started it, and its record has not come yet
            }

            if (channel.Chain is { } known && entry.Nonce >= known.Nonce && Find(channel, entry) is { } signed)
            {
                claims.Add(new ContractClaim(entry.Channel, entry.Nonce, signed.Amount, entry.Payable, signed.Signature));
            }
        }

        return claims;
    }

    /// <summary>Signs the transaction of a batch with these fees.</summary>
    public ValueTask<SignedTransaction> SignAsync(
        ClaimBatch batch, TransactionFees fees, IReadOnlyList<ContractClaim> claims, CancellationToken cancellationToken) =>
        signer.SignAsync(new ClaimTransaction(batch.AccountNonce, batch.GasLimit, fees, claims), cancellationToken);

    /// <summary>Sends what is durable. A failure changes nothing: it is sent again after some blocks.</summary>
    public async ValueTask SendAsync(ClaimBatch batch, SignedTransaction transaction, ulong head, CancellationToken cancellationToken)
    {
        _sentAt[batch.AccountNonce] = head;
        if (await chain.SendAsync(transaction, cancellationToken) is { } reason)
        {
            events.BatchRefused(signer.Address, batch, reason);
        }
    }

    /// <summary>Whether this process has sent it since that block.</summary>
    public bool WasSentSince(ClaimBatch batch, ulong block) => _sentAt.TryGetValue(batch.AccountNonce, out ulong at) && at >= block;

    /// <summary>Forgets a transaction that is final.</summary>
    public void Forget(ClaimBatch batch) => _sentAt.Remove(batch.AccountNonce);

    private static SignedTotal? Find(Channel channel, ClaimEntry entry) => channel.Chain is { } chain
        ? channel.RecordOf(chain)?.Earlier.FirstOrDefault(total => total.Nonce == entry.Nonce && total.Amount >= entry.Payable)
        : null;
}
