using System.Collections.Concurrent;
using System.Net;
using Grpc.Core;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>
/// The newest refusals of calls, for the operator who is asked why. Each reason has separate places, so that a flood of one kind hides
/// none of another.
/// </summary>
internal sealed class RecentRefusals(TimeProvider time)
{
    /// <summary>With texts cut at <see cref="MaxText"/>, all reasons together take some 7 MB at most.</summary>
    private const int PlacesOfReason = 128;

    private const int MaxText = 256;

    private readonly ConcurrentDictionary<string, Ring> _byReason = new(StringComparer.Ordinal);

    /// <summary>Refusals since the start.</summary>
    public long Count => _byReason.Values.Sum(places => places.Count);

    /// <summary>Those that are kept, newest first.</summary>
    public IEnumerable<RefusedCall> All => _byReason.Values.SelectMany(places => places.All).OrderByDescending(refusal => refusal.At);

    /// <param name="context">The call.</param>
    /// <param name="route">Its route.</param>
    /// <param name="reason">The check that refused it, one of a closed set.</param>
    /// <param name="status">What the client got.</param>
    /// <param name="text">And its text.</param>
    /// <returns>What is kept.</returns>
    public RefusedCall Add(HttpContext context, PaidRoute route, string reason, StatusCode status, string text)
    {
        var refusal = new RefusedCall(
            time.GetUtcNow(), route.ServiceName, route.RouteId, Cut(context.Request.Path.Value), reason, status, Cut(text),
            Cut(context.Request.Headers[PaymentMetadata.ChannelId]), Cut(context.Request.Headers[PaymentMetadata.FreeCallUserAddress]),
            context.Connection.RemoteIpAddress);
        _byReason.GetOrAdd(reason, static _ => new Ring()).Add(refusal);
        return refusal;
    }

    /// <summary>A text of the client's, printable and bounded.</summary>
    internal static string Cut(string? text) => PrintableText.Of(text is { Length: > MaxText } ? text[..MaxText] : text ?? "");

    private sealed class Ring
    {
        private readonly RefusedCall?[] _all = new RefusedCall?[PlacesOfReason];
        private long _count;

        public long Count => Interlocked.Read(ref _count);

        public IEnumerable<RefusedCall> All => _all.OfType<RefusedCall>();

        public void Add(RefusedCall refusal) =>
            Volatile.Write(ref _all[(int)((ulong)(Interlocked.Increment(ref _count) - 1) % PlacesOfReason)], refusal);
    }
}

/// <summary>A call that was refused.</summary>
/// <param name="At">When.</param>
/// <param name="Service">The configured service; null where its route names none.</param>
/// <param name="Route">The route's id.</param>
/// <param name="Method">The path that was called.</param>
/// <param name="Reason">The check that refused it.</param>
/// <param name="Status">The status that the client got.</param>
/// <param name="Text">Its text.</param>
/// <param name="Channel">The channel that the client named, which may not be its own; empty for none.</param>
/// <param name="User">The user of free calls that the client named; empty for none.</param>
/// <param name="Address">The client's address.</param>
internal sealed record RefusedCall(
    DateTimeOffset At, string? Service, string Route, string Method, string Reason, StatusCode Status, string Text, string Channel,
    string User, IPAddress? Address)
{
    /// <summary>The channel or the user that the client named, as a text for people.</summary>
    public string Payer => PayerOf(Channel, User);

    /// <inheritdoc cref="Payer"/>
    public static string PayerOf(string channel, string user) =>
        channel.Length > 0 ? $"channel {channel}" : user.Length > 0 ? $"user {user}" : "none";
}
