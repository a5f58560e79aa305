using System.Globalization;
using Grpc.Core;
using SnetGateway.GrpcWire.Frames;
using SnetGateway.GrpcWire.Statuses;
using SnetGateway.Payments.Refusal;
using Yarp.ReverseProxy.Forwarder;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>
/// Failures of the proxy: the gRPC status of each forwarder error, each HTTP response without a gRPC status, each invalid frame and each
/// deadline. The texts help the client and reveal nothing internal.
/// </summary>
internal static class CallFailures
{
    /// <summary>HTTP_1_1_REQUIRED: the error code of a server that speaks only HTTP/1.1, before it closes the connection.</summary>
    private const long Http11Required = 0xD;

    public static CallFailure ClientDisconnected { get; } = Client(StatusCode.Cancelled, "the call was cancelled");

    public static CallFailure DeadlinePassed { get; } = Client(StatusCode.DeadlineExceeded, "deadline exceeded");

    public static CallFailure ServiceTimedOut { get; } = Service(StatusCode.DeadlineExceeded, "the service did not respond in time");

    public static CallFailure RequestTimedOut { get; } = Client(StatusCode.DeadlineExceeded, "the request did not arrive in time");

    public static CallFailure CeilingReached { get; } =
        new(new Status(StatusCode.ResourceExhausted, "the call has reached the most that it may cost"), FailureCause.Ceiling);

    public static CallFailure NoInstance { get; } = Service(StatusCode.Unavailable, "no instance of the service is available");

    public static CallFailure Unreachable { get; } = Service(StatusCode.Unavailable, "the service cannot be reached");

    public static CallFailure BrokenOff { get; } = Service(StatusCode.Unavailable, "the service broke off its response");

    public static CallFailure BrokenResponse { get; } = Service(StatusCode.Internal, "the service's response is not a valid gRPC message");

    public static CallFailure HalfMessage { get; } = Service(StatusCode.Internal, "the service ended in the middle of a message");

    public static CallFailure NoStatus { get; } = Service(StatusCode.Unknown, "the service ended without a status");

    public static CallFailure BrokenRequest { get; } = Client(StatusCode.Internal, "the request is not a valid gRPC message");

    public static CallFailure HalfRequest { get; } = Client(StatusCode.Internal, "the request ended in the middle of a message");

    public static CallFailure Fault { get; } = new(new Status(StatusCode.Internal, "internal error"), FailureCause.Gateway);

    /// <summary>The failure of a call that its clock ended.</summary>
    public static CallFailure Of(ClockEnd end) => end switch
    {
        ClockEnd.DeadlinePassed => DeadlinePassed,
        ClockEnd.ServiceTimedOut => ServiceTimedOut,
        ClockEnd.CeilingReached => CeilingReached,
        _ => ClientDisconnected,
    };

    /// <summary>
    /// The failure of a forwarder error. An HTTP/2 error code of the service is more specific than the error's name, so it is read first.
    /// </summary>
    public static CallFailure OfForwarder(ForwarderError error, Exception? exception) => error switch
    {
        ForwarderError.NoAvailableDestinations => NoInstance,
        ForwarderError.Request or ForwarderError.RequestBodyDestination => OfReset(exception) ?? Unreachable,
        ForwarderError.ResponseBodyDestination => OfReset(exception) ?? BrokenOff,
        ForwarderError.ResponseHeaders => BrokenResponse,
        ForwarderError.RequestTimedOut => ServiceTimedOut,
        ForwarderError.RequestBodyCanceled or ForwarderError.RequestBodyClient when IsCutOff(exception) =>
            OfReset(exception) ?? Unreachable,
        ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled or ForwarderError.RequestBodyClient
            or ForwarderError.ResponseBodyCanceled or ForwarderError.ResponseBodyClient => ClientDisconnected,
        _ => Fault,
    };

    /// <summary>The failure of an HTTP response that is not a gRPC response (gRPC's table of HTTP statuses).</summary>
    public static CallFailure OfHttpStatus(int status) => Service(
        HttpStatusMapping.ToGrpc(status),
        string.Create(CultureInfo.InvariantCulture, $"the service responded with HTTP status {status} instead of a gRPC response"));

    public static CallFailure OfResponseFrame(FrameEvent problem, uint length, uint limit) => problem == FrameEvent.TooLong
        ? Service(StatusCode.ResourceExhausted, TooLong("response", length, limit))
        : BrokenResponse;

    public static CallFailure OfRequestFrame(FrameEvent problem, uint length, uint limit) => problem == FrameEvent.TooLong
        ? Client(StatusCode.ResourceExhausted, TooLong("request", length, limit))
        : BrokenRequest;

    private static string TooLong(string direction, uint length, uint limit) => string.Create(
        CultureInfo.InvariantCulture, $"a message of the {direction} is larger than allowed: {length} bytes, the limit is {limit}");

    /// <summary>
    /// The HTTP client stopped reading the request's body because the service's side failed, which the forwarder reports as an error of the
    /// client. A call that the client or a deadline ended has an end of its clock, and does not come here.
    /// </summary>
    private static bool IsCutOff(Exception? exception) =>
        exception is AggregateException { InnerException: OperationCanceledException { CancellationToken.IsCancellationRequested: true } };

    /// <summary>
    /// The code of a reset. A server without HTTP/2 closes the connection on unread bytes, so its code is often lost; the status must not
    /// depend on that, so this code is ignored: no call was processed either way.
    /// </summary>
    private static CallFailure? OfReset(Exception? exception) => exception switch
    {
        null => null,
        HttpProtocolException { ErrorCode: not Http11Required } reset =>
            Service(Http2ErrorMapping.ToGrpc(reset.ErrorCode), "the service reset the call"),
        AggregateException several => several.InnerExceptions.Select(OfReset).FirstOrDefault(failure => failure is not null),
        _ => OfReset(exception.InnerException),
    };

    private static CallFailure Service(StatusCode code, string text) => new(new Status(code, text), FailureCause.Service);

    private static CallFailure Client(StatusCode code, string text) => new(new Status(code, text), FailureCause.Client);
}

/// <summary>A call that the gateway ends, and not the service: what the client gets, and the cause.</summary>
internal sealed record CallFailure(Status Status, FailureCause Cause)
{
    public static CallFailure Refused(PaymentRefusal refusal) =>
        new(new Status((StatusCode)refusal.StatusCode, refusal.Message), FailureCause.PaymentRefused);
}

/// <summary>Who caused a call that the gateway ends. Decides what is logged, and whether the client counts as disconnected.</summary>
internal enum FailureCause
{
    /// <summary>The second check refused the payment, or it could not be recorded.</summary>
    PaymentRefused,

    /// <summary>The service, or the way to it.</summary>
    Service,

    /// <summary>The client disconnected, let its deadline pass, or sent a request that cannot be read to its end.</summary>
    Client,

    /// <summary>A fault of the gateway.</summary>
    Gateway,

    /// <summary>A metered price that has reached its ceiling.</summary>
    Ceiling,
}
