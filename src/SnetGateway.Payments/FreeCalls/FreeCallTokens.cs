using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Pricing;

namespace SnetGateway.Payments.FreeCalls;

/// <summary>
/// Issues tokens and verifies them. The newest SDKs request a token before every call, so the last ones are kept in a fixed number of
/// places: a user gets the same token again for a while, and a token's signature is verified once.
/// </summary>
public sealed class FreeCallTokens(ISignerRecovery recovery)
{
    /// <summary>Blocks that a token lasts, at most and if the client names no number: about 24 days.</summary>
    public const ulong MaxLifetime = 172_800;

    /// <summary>A user gets an earlier token again if it lasts at most so many blocks less than a new one would.</summary>
    private const ulong ReissueBlocks = 20;

    private const int Places = 4096;

    private readonly KnownToken?[] _known = new KnownToken?[Places];

    /// <summary>A token for a user, who was checked. Signatures are deterministic: every replica issues the same bytes.</summary>
    /// <param name="terms">Whose key signs.</param>
    /// <param name="user">The user.</param>
    /// <param name="newestBlock">From which the lifetime counts.</param>
    /// <param name="lifetime">Blocks, cut at <see cref="MaxLifetime"/>; null for that many.</param>
    public FreeCallToken Issue(FreeCallTerms terms, in FreeCallUser user, ulong newestBlock, ulong? lifetime)
    {
        ulong blocks = Math.Min(lifetime ?? MaxLifetime, MaxLifetime);
        ulong expiry = newestBlock + blocks;
        if (Find(terms, user) is { } known
            && known.Token.ExpiryBlock <= expiry && expiry - known.Token.ExpiryBlock <= Math.Min(ReissueBlocks, blocks / 10))
        {
            return known.Token;
        }

        byte[] signature = terms.Signer.SignMessage(FreeCallMessages.Token(terms, user, expiry));
        signature[^1] -= 27; // tokens of the protocol have v 0 or 1
        var token = FreeCallToken.Create(signature, expiry);
        Keep(new KnownToken(terms, user, token));
        return token;
    }

    /// <summary>Whether the user has a token that was issued or verified here, as far as it is still in memory.</summary>
    internal bool Has(FreeCallTerms terms, in FreeCallUser user) => Find(terms, user) is not null;

    /// <summary>Whether this token was issued or verified for this user before.</summary>
    internal bool IsKnown(FreeCallTerms terms, in FreeCallUser user, in FreeCallToken token) => FindSame(terms, user, token) is not null;

    /// <summary>
    /// Whether the user's last verified use of this token was the same, to the byte: clients sign the newest block, so all calls within one
    /// block have one signature.
    /// </summary>
    internal bool IsLastUse(FreeCallOffer offer, in FreeCallUse use, in FreeCallToken token) =>
        FindSame(offer.Terms, use.User, token)?.LastUse is { } last && last.Offer == offer && last.Use.CurrentBlock == use.CurrentBlock
        && last.Use.AddressText == use.AddressText && last.Use.Signature.Span.SequenceEqual(use.Signature.Span);

    /// <summary>The user signed this use, and may make it.</summary>
    internal void NoteUse(FreeCallOffer offer, in FreeCallUse use, in FreeCallToken token)
    {
        if (FindSame(offer.Terms, use.User, token) is { } known)
        {
            known.LastUse = new VerifiedUse(offer, use);
        }
    }

    /// <summary>F4 and F5: the provider signed this token for this user. Null, or the fault.</summary>
    internal FreeCallFault? Verify(FreeCallTerms terms, in FreeCallUser user, in FreeCallToken token)
    {
        if (IsKnown(terms, user, token))
        {
            return null;
        }

        ReadOnlySpan<byte> signature = token.Signature.Span;
        byte[] message = FreeCallMessages.Token(terms, user, token.ExpiryBlock);
        if (!recovery.TryRecover(message, signature, terms.Signer.Address, out Values.Address signer))
        {
            return FreeCallFault.Unsigned(FreeCallFault.InvalidSignature(signature));
        }

        if (signer != terms.Signer.Address)
        {
            return FreeCallFault.ForeignToken;
        }

        Keep(new KnownToken(terms, user, token));
        return null;
    }

    private static int PlaceOf(in FreeCallUser user) => (int)((uint)user.GetHashCode() % Places);

    private KnownToken? Find(FreeCallTerms terms, in FreeCallUser user) =>
        Volatile.Read(ref _known[PlaceOf(user)]) is { } known && known.Terms == terms && known.User == user ? known : null;

    private KnownToken? FindSame(FreeCallTerms terms, in FreeCallUser user, in FreeCallToken token) =>
        Find(terms, user) is { } known && known.Token.Bytes.Span.SequenceEqual(token.Bytes.Span) ? known : null;

    private void Keep(KnownToken token) => Volatile.Write(ref _known[PlaceOf(token.User)], token);

    /// <summary>Of one configuration: after a reload another key may sign.</summary>
    private sealed record KnownToken(FreeCallTerms Terms, FreeCallUser User, FreeCallToken Token)
    {
        private volatile VerifiedUse? _lastUse;

        public VerifiedUse? LastUse
        {
            get => _lastUse;
            set => _lastUse = value;
        }
    }

    private sealed record VerifiedUse(FreeCallOffer Offer, FreeCallUse Use);
}
