using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.States;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Claims;

/// <summary>
/// Decides who may ask for claims: the payment address of a group. Everything up to the signature is checked from memory, so a request that
/// no payee signed touches neither the ledger nor the chain (rule 10). Texts are the protocol's.
/// </summary>
/// <param name="book">The groups that are served.</param>
/// <param name="recovery">Recovers signers.</param>
/// <param name="blocks">Whether a block number is recent.</param>
/// <param name="budgets">Limits requests: of a payee by its address, of others by their network.</param>
/// <param name="escrow">The escrow contract's address.</param>
/// <param name="checksum">An address as text with its checksum.</param>
public sealed class ClaimAccess(
    ChannelBook book, ISignerRecovery recovery, BlockFreshness blocks, RequestBudgets budgets, Address escrow,
    Func<Address, string> checksum)
{
    private const int SignatureLength = 65;

    /// <summary>Longest part of the caller's text that an error repeats.</summary>
    private const int MaxQuoted = 100;

    /// <summary>The contract whose address is part of what is signed.</summary>
    internal Address Escrow => escrow;

    /// <summary>Checks a request whose message has a block number.</summary>
    /// <param name="request">The request.</param>
    /// <param name="currentBlock">The block number that was signed.</param>
    /// <param name="message">What was signed.</param>
    /// <param name="cancellationToken">Ends a read of the head.</param>
    /// <returns>The payee, or the text of the error.</returns>
    internal async ValueTask<(Address Payee, string? Refusal)> CheckAsync(
        ClaimRequest request, ulong currentBlock, byte[] message, CancellationToken cancellationToken)
    {
        if (CheckEscrow(request) is { } other)
        {
            return (default, other);
        }

        // The protocol checks the block number first. Here a read of the head for a number above the known one needs a payee's signature.
        var block = UInt256.FromUInt64(currentBlock);
        if ((CheckSignature(request, message, default, out Address signer)
            ?? (book.Groups.Any(group => group.Recipient == signer) ? null : NotThePayee(signer))) is { } refusal)
        {
            return (default, Limited(request, blocks.IsExpired(block) ? BlockFreshness.Expired : refusal));
        }

        return (signer, budgets.TryTakeParty(signer) ? await blocks.CheckAsync(block, cancellationToken) : RequestBudgets.Refusal);
    }

    /// <summary>Checks the request to start one claim. Null when the payee signed it for this nonce; otherwise the text.</summary>
    internal string? CheckStart(ClaimRequest request, ChannelId channel, ChannelNonce nonce, Address payee)
    {
        byte[] message = ClaimMessages.Start(escrow, channel, nonce);
        string? refusal = CheckSignature(request, message, payee, out Address signer)
            ?? (signer == payee ? null : NotThePayee(signer));
        return refusal is not null ? Limited(request, refusal)
            : budgets.TryTakeParty(payee) ? null
            : RequestBudgets.Refusal;
    }

    /// <summary>Null when the request names this gateway's contract; otherwise the text. Nothing but the protocol's form counts (trap
    /// 13).</summary>
    internal string? CheckEscrow(ClaimRequest request)
    {
        if (Address.TryParse(request.Escrow, out Address named) && named == escrow)
        {
            return null;
        }

        string quoted = PrintableText.Of(request.Escrow.Length > MaxQuoted ? request.Escrow[..MaxQuoted] : request.Escrow);
        return Limited(request, $"the mpeAddress: {quoted} passed does not match to what has been registered");
    }

    /// <summary>Counts a request that no payee signed.</summary>
    /// <returns>The text; or that of the limit.</returns>
    internal string Limited(ClaimRequest request, string refusal) =>
        budgets.TryTakeClient(request.Client) ? refusal : RequestBudgets.Refusal;

    private string? CheckSignature(ClaimRequest request, byte[] message, Address expected, out Address signer)
    {
        signer = default;
        return request.Signature.Length != SignatureLength ? "incorrect signature length"
            : recovery.TryRecover(message, request.Signature.Span, expected, out signer) ? null
            : "incorrect signature data";
    }

    private string NotThePayee(Address signer) =>
        $"the address: {checksum(signer)} does not match to what has been expected / registered";
}
