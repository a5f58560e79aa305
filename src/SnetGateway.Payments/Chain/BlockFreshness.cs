using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Chain;

/// <summary>
/// Checks that a block number which a client signed is recent, so that a signature cannot be used again later. From memory: the chain is
/// read only when the number is above the newest known block (rule 11), and while it cannot be read, such numbers are accepted until the
/// staleness bound (rule 12).
/// </summary>
public sealed class BlockFreshness(IChannelReader chain, TimeProvider time, TimeSpan stalenessBound)
{
    /// <summary>Blocks by which the number may differ from the newest.</summary>
    public const ulong Blocks = 5;

    /// <summary>The protocol's text for a number that is not recent.</summary>
    public const string Expired = "authentication failed as the signature passed has expired";

    /// <summary>The protocol's text when the newest block is not known.</summary>
    public const string Unreadable = "error determining current block: the blockchain cannot be read now";

    /// <summary>The newest block that is within the staleness bound; null without one.</summary>
    public ChainBlock? Newest => chain.Head is { } head && time.GetUtcNow() - head.SeenAt <= stalenessBound ? head : null;

    /// <summary>
    /// Whether the number is not recent by the newest block in memory. One above that block may still be (rule 11).
    /// </summary>
    public bool IsExpired(UInt256 number) =>
        Newest is { } head && (IsAbove(number, head.Number) || IsBelow(number, head.Number, Blocks));

    /// <summary>As <see cref="Newest"/>, after a read if there is none in memory.</summary>
    /// <returns>Null, and the text of the error, if the chain cannot be read either.</returns>
    public async ValueTask<(ChainBlock? Block, string? Error)> NewestAsync(CancellationToken cancellationToken)
    {
        if (Newest is null)
        {
            await chain.RefreshHeadAsync(cancellationToken);
        }

        ChainBlock? newest = Newest;
        return (newest, newest is null ? Unreadable : null);
    }

    /// <summary>As <see cref="CheckAsync(UInt256, ulong, CancellationToken)"/>, with <see cref="Blocks"/> both ways.</summary>
    public ValueTask<string?> CheckAsync(UInt256 number, CancellationToken cancellationToken) =>
        CheckAsync(number, Blocks, cancellationToken);

    /// <summary>Null when the number is recent; otherwise the protocol's text.</summary>
    /// <param name="number">The block number that was signed.</param>
    /// <param name="below">Blocks by which it may be below the newest; above it may be <see cref="Blocks"/> at most.</param>
    /// <param name="cancellationToken">Ends a read of the chain.</param>
    public ValueTask<string?> CheckAsync(UInt256 number, ulong below, CancellationToken cancellationToken) =>
        Newest is { } head && !IsAbove(number, head.Number)
            ? new ValueTask<string?>(IsBelow(number, head.Number, below) ? Expired : null)
            : CheckAfterReadAsync(number, below, cancellationToken);

    private static bool IsAbove(UInt256 number, ulong newest) => number > UInt256.FromUInt64(newest).SaturatingAdd(Blocks);

    private static bool IsBelow(UInt256 number, ulong newest, ulong blocks) => number.SaturatingAdd(blocks) < newest;

    private async ValueTask<string?> CheckAfterReadAsync(UInt256 number, ulong below, CancellationToken cancellationToken)
    {
        bool isRead = await chain.RefreshHeadAsync(cancellationToken);
        return Newest is not { } head ? Unreadable
            : IsBelow(number, head.Number, below) || (isRead && IsAbove(number, head.Number)) ? Expired
            : null;
    }
}
