using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Pricing;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.FreeCalls;

/// <summary>
/// The checks of free calls, in the order that is part of the protocol: where several fail, the first one decides what the client gets.
/// None reads the store; the chain is read only where a number of the client is above what is in memory.
/// </summary>
/// <param name="recovery">Recovers signers.</param>
/// <param name="tokens">Verifies tokens, each once, and knows the last use of each.</param>
/// <param name="freshness">The newest block, from memory.</param>
/// <param name="checksum">The text of an address with a checksum in its case (EIP-55), for error texts.</param>
/// <param name="allowedUsers">The only addresses that are served; null for everyone.</param>
public sealed class FreeCallChecks(
    ISignerRecovery recovery, FreeCallTokens tokens, BlockFreshness freshness, Func<Address, string> checksum,
    IReadOnlySet<Address>? allowedUsers = null)
{
    /// <summary>F2 to F7: the use of a token. Null when it is right.</summary>
    internal async ValueTask<FreeCallFault?> CheckUseAsync(
        FreeCallOffer offer, FreeCallUse use, FreeCallToken token, CancellationToken cancellationToken) =>
        CheckSignatures(offer, use, token) ?? await CheckAgeAsync(use, token, cancellationToken);

    /// <summary>
    /// F2 to F5 where several services share one host: no field names the service, so <paramref name="offer"/> is the one that the user
    /// signed for, or the first. At most one recovery for each.
    /// </summary>
    internal FreeCallFault? CheckSignatures(
        IReadOnlyList<FreeCallOffer> candidates, in FreeCallUse use, in FreeCallToken token, out FreeCallOffer offer)
    {
        foreach (FreeCallOffer candidate in candidates)
        {
            if (tokens.IsLastUse(candidate, use, token))
            {
                offer = candidate;
                return null;
            }
        }

        offer = candidates[0];
        FreeCallFault? fault = CheckUser(offer, use, token);
        for (int i = 1; fault is not null && i < candidates.Count; i++)
        {
            if (CheckUser(candidates[i], use, token) is null)
            {
                (offer, fault) = (candidates[i], null);
            }
        }

        return fault ?? CheckToken(offer, use, token);
    }

    /// <summary>F2 to F5, from memory: the user signed the use, and the provider the token. Null when it is right.</summary>
    internal FreeCallFault? CheckSignatures(FreeCallOffer offer, in FreeCallUse use, in FreeCallToken token) =>
        tokens.IsLastUse(offer, use, token) ? null : CheckUser(offer, use, token) ?? CheckToken(offer, use, token);

    /// <summary>F6 and F7: neither the token nor the signature is too old. Null when it is right.</summary>
    internal async ValueTask<FreeCallFault?> CheckAgeAsync(FreeCallUse use, FreeCallToken token, CancellationToken cancellationToken)
    {
        (ChainBlock? newest, string? error) = await freshness.NewestAsync(cancellationToken);
        return newest is null ? FreeCallFault.Stale(error!)
            : token.ExpiryBlock < newest.Value.Number ? FreeCallFault.TokenExpired
            : await CheckBlockAsync(use.CurrentBlock, cancellationToken);
    }

    /// <summary>
    /// Whether the address signed the request of a token, and for which of the services of one host, as in
    /// <see cref="CheckSignatures(IReadOnlyList{FreeCallOffer}, in FreeCallUse, in FreeCallToken, out FreeCallOffer)"/>. Null when it did.
    /// </summary>
    internal FreeCallFault? CheckRequest(IReadOnlyList<FreeCallOffer> candidates, in FreeCallUse use, out FreeCallOffer offer)
    {
        offer = candidates[0];
        FreeCallFault? fault = CheckRequest(offer, use);
        for (int i = 1; fault is not null && i < candidates.Count; i++)
        {
            if (CheckRequest(candidates[i], use) is null)
            {
                (offer, fault) = (candidates[i], null);
            }
        }

        return fault;
    }

    private FreeCallFault? CheckRequest(FreeCallOffer offer, in FreeCallUse use)
    {
        Address? expected = tokens.Has(offer.Terms, use.User) ? use.User.Address : null;
        if (!FreeCallMessages.TryRecoverUser(recovery, expected, offer, use, default, out Address signer))
        {
            return FreeCallFault.RequestUnsigned(FreeCallFault.InvalidSignature(use.Signature.Span));
        }

        return !IsAllowed(signer) ? FreeCallFault.NotAllowedToRequest()
            : signer != use.User.Address ? FreeCallFault.RequestOfOther(use.AddressText, checksum(signer))
            : null;
    }

    /// <summary>Whether a signature is recent. Null when it is.</summary>
    internal async ValueTask<FreeCallFault?> CheckBlockAsync(UInt256 number, CancellationToken cancellationToken) =>
        await freshness.CheckAsync(number, cancellationToken) is { } stale ? FreeCallFault.Stale(stale) : null;

    /// <summary>F2, F3: the user signed the use of this token.</summary>
    private FreeCallFault? CheckUser(FreeCallOffer offer, in FreeCallUse use, in FreeCallToken token)
    {
        Address? expected = tokens.IsKnown(offer.Terms, use.User, token) ? use.User.Address : null;
        return !FreeCallMessages.TryRecoverUser(recovery, expected, offer, use, token.Bytes.Span, out Address signer)
                ? FreeCallFault.Unsigned(FreeCallFault.InvalidSignature(use.Signature.Span))
            : !IsAllowed(signer) ? FreeCallFault.NotAllowedToUse()
            : signer != use.User.Address ? FreeCallFault.OtherSigner(use.AddressText, checksum(signer))
            : null;
    }

    /// <summary>F4 and F5, after which the use is known to be right.</summary>
    private FreeCallFault? CheckToken(FreeCallOffer offer, in FreeCallUse use, in FreeCallToken token)
    {
        FreeCallFault? fault = tokens.Verify(offer.Terms, use.User, token);
        if (fault is null)
        {
            tokens.NoteUse(offer, use, token);
        }

        return fault;
    }

    private bool IsAllowed(Address signer) => allowedUsers?.Contains(signer) != false;
}
