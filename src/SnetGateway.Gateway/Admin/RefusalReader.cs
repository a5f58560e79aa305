using SnetGateway.Ethereum.Signatures;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Admin;

/// <summary>Reads the newest refusals of calls.</summary>
internal sealed class RefusalReader(RecentRefusals recent, ChannelBook book)
{
    /// <summary>The newest ones first.</summary>
    /// <param name="search">
    /// A channel's id, a payer's or user's address, a client's IP address, a service, a method or a reason; empty for all.
    /// </param>
    /// <param name="limit">Most of them.</param>
    public IReadOnlyList<RefusalView> Read(string? search, int limit) =>
        [.. recent.All.Select(View).Where(refusal => Matches(refusal, search)).Take(limit)];

    private static bool Matches(RefusalView refusal, string? search) =>
        string.IsNullOrEmpty(search)
        || new[]
        {
            refusal.Channel, refusal.Payer, refusal.Address, refusal.Service, refusal.Method, refusal.Reason,
        }.Any(value => search.Equals(value, StringComparison.OrdinalIgnoreCase));

    /// <summary>The payer is not what the client said: the sender of the channel that it named.</summary>
    private RefusalView View(RefusedCall refusal)
    {
        Address? sender = UInt256.TryParse(refusal.Channel, out UInt256 id) && book.Find(new ChannelId(id)) is { } channel
            ? channel.Chain?.Reading.Sender ?? channel.Record?.Sender
            : Address.TryParse(refusal.User, out Address user) ? user : null;
        return new RefusalView(
            refusal.At, refusal.Service, refusal.Route, refusal.Method, refusal.Reason, (int)refusal.Status, refusal.Text,
            refusal.Channel.Length == 0 ? null : refusal.Channel, sender is { } payer ? AddressText.Checksum(payer) : null,
            refusal.Address?.ToString());
    }
}

/// <summary>A call that was refused.</summary>
/// <param name="At">When.</param>
/// <param name="Service">The configured service; null where its route names none.</param>
/// <param name="Route">The route's id.</param>
/// <param name="Method">The path that was called.</param>
/// <param name="Reason">The check that refused it: docs/metrics.md lists all.</param>
/// <param name="Status">The gRPC status that the client got.</param>
/// <param name="Text">Its text.</param>
/// <param name="Channel">The channel that the client named, which may not be its own; null for none.</param>
/// <param name="Payer">The sender of that channel, or the user of free calls that the client named; null where not known.</param>
/// <param name="Address">The client's address.</param>
internal sealed record RefusalView(
    DateTimeOffset At, string? Service, string Route, string Method, string Reason, int Status, string Text, string? Channel,
    string? Payer, string? Address);
