using SnetGateway.Gateway.Limits;
using SnetGateway.Payments.Settlement;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>One admitted gRPC call, from its admission to its end: its request, its payment, its clock and its failure.</summary>
/// <param name="context">The request.</param>
/// <param name="route">The route, and whether it asks payment.</param>
/// <param name="reservation">The payment; null on a route without payment.</param>
/// <param name="clock">When the call must end.</param>
internal class ForwardedCall(HttpContext context, PaidRoute route, Reservation? reservation, CallClock clock)
{
    private CallFailure? _failure;

    public HttpContext Context => context;

    public PaidRoute Route => route;

    public Reservation? Reservation => reservation;

    public CallClock Clock => clock;

    /// <summary>What the call costs when it is settled, in cogs.</summary>
    public virtual UInt256 Charged => reservation?.Price ?? UInt256.Zero;

    /// <summary>What it costs at its end: nothing where it was released.</summary>
    public UInt256 FinallyCharged => reservation is { IsUnpaid: false } ? Charged : UInt256.Zero;

    /// <summary>The limits that count it; null where none are configured.</summary>
    public LimitedCall? Limits { get; init; }

    /// <summary>Whether the response may be sent: the payment is durable, or the route asks none.</summary>
    public bool MayRespond => reservation is null || reservation.IsSettled;

    /// <summary>How much of the request was read, to be forwarded.</summary>
    public RequestProgress RequestProgress { get; set; }

    /// <summary>Whether the service's response is a gRPC response. Only then its body is forwarded.</summary>
    public bool IsGrpcResponse { get; set; }

    /// <summary>Whether the forwarder has copied the whole response, trailers included.</summary>
    public bool IsComplete { get; set; }

    /// <summary>Whether <see cref="CallCompletion"/> has ended it.</summary>
    public bool HasEnded { get; set; }

    /// <summary>Whether the response stopped inside a message.</summary>
    public bool IsInsideMessage { get; set; }

    /// <summary>What ends this call instead of the service's response.</summary>
    public CallFailure? Failure => Volatile.Read(ref _failure);

    /// <summary>Ends the call with this failure, unless it already has one.</summary>
    public void Fail(CallFailure failure) => Interlocked.CompareExchange(ref _failure, failure, null);

    /// <summary>As <see cref="Fail"/>, with the exception that stops the forwarder.</summary>
    public CallEndedException FailAndStop(CallFailure failure)
    {
        Fail(failure);
        return new CallEndedException();
    }
}

/// <summary>How much of a request was read from the client, to be forwarded.</summary>
internal enum RequestProgress
{
    /// <summary>Nothing: forwarders read it once they have a connection, translators before they call the service.</summary>
    NotRead,

    /// <summary>No message yet, or a part of one: it is the client who is waited for.</summary>
    Incomplete,

    /// <summary>Whole messages.</summary>
    Complete,
}

/// <summary>
/// Stops the forwarder's copying of a call that already has its failure. No client gets it: the end of the call writes the status.
/// </summary>
internal sealed class CallEndedException() : IOException("The gateway has ended this call.");
