using System.Globalization;
using Grpc.Core;
using SnetGateway.GrpcWire.Frames;
using SnetGateway.GrpcWire.Statuses;
using SnetGateway.Payments.Refusal;
using Yarp.ReverseProxy.Forwarder;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>
/// The one table of a proxy's own failures: what each forwarder error, each HTTP answer without a gRPC status, each broken frame and each
/// clock that ran out means to a gRPC client. The texts help a client and tell nothing of the inside.
/// </summary>
internal static class CallFailures
{
    /// <summary>HTTP_1_1_REQUIRED: what a server that speaks only HTTP/1.1 says before it closes the connection.</summary>
    private const long Http11Required = 0xD;

    public static CallFailure ClientDisconnected { get; } = Client(StatusCode.Cancelled, "the call was cancelled");

    public static CallFailure DeadlinePassed { get; } = Client(StatusCode.DeadlineExceeded, "deadline exceeded");

    public static CallFailure ServiceTimedOut { get; } = Service(StatusCode.DeadlineExceeded, "the service did not answer in time");

    public static CallFailure NoInstance { get; } = Service(StatusCode.Unavailable, "no instance of the service is available");

    public static CallFailure Unreachable { get; } = Service(StatusCode.Unavailable, "the service cannot be reached");

    public static CallFailure BrokenOff { get; } = Service(StatusCode.Unavailable, "the service broke off its answer");

    public static CallFailure BrokenResponse { get; } = Service(StatusCode.Internal, "the service's answer is no gRPC message");

    public static CallFailure HalfMessage { get; } = Service(StatusCode.Internal, "the service ended in the middle of a message");

    public static CallFailure NoStatus { get; } = Service(StatusCode.Unknown, "the service ended without a status");

    public static CallFailure BrokenRequest { get; } = Client(StatusCode.Internal, "the request is no gRPC message");

    public static CallFailure HalfRequest { get; } = Client(StatusCode.Internal, "the request ended in the middle of a message");

    public static CallFailure Fault { get; } = new(new Status(StatusCode.Internal, "internal error"), FailureCause.Gateway);

    /// <summary>What it means that the clock ended a call.</summary>
    public static CallFailure Of(ClockEnd end) => end switch
    {
        ClockEnd.DeadlinePassed => DeadlinePassed,
        ClockEnd.ServiceTimedOut => ServiceTimedOut,
        _ => ClientDisconnected,
    };

    /// <summary>What a forwarder error means. An HTTP/2 error code of the service says more than the error's name, so it goes first.</summary>
    public static CallFailure OfForwarder(ForwarderError error, Exception? exception) => error switch
    {
        ForwarderError.NoAvailableDestinations => NoInstance,
        ForwarderError.Request or ForwarderError.RequestBodyDestination => OfReset(exception) ?? Unreachable,
        ForwarderError.ResponseBodyDestination => OfReset(exception) ?? BrokenOff,
        ForwarderError.ResponseHeaders => BrokenResponse,
        ForwarderError.RequestTimedOut => ServiceTimedOut,
        ForwarderError.RequestBodyCanceled or ForwarderError.RequestBodyClient when IsCutOff(exception) => OfReset(exception) ?? Unreachable,
        ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled or ForwarderError.RequestBodyClient
            or ForwarderError.ResponseBodyCanceled or ForwarderError.ResponseBodyClient => ClientDisconnected,
        _ => Fault,
    };

    /// <summary>What an HTTP answer that is no gRPC answer means (gRPC's table of HTTP statuses).</summary>
    public static CallFailure OfHttpStatus(int status) => Service(
        HttpStatusMapping.ToGrpc(status),
        string.Create(CultureInfo.InvariantCulture, $"the service answered with HTTP status {status} instead of a gRPC answer"));

    public static CallFailure OfResponseFrame(FrameEvent problem, uint length, uint limit) => problem == FrameEvent.TooLong
        ? Service(StatusCode.ResourceExhausted, TooLong("answer", length, limit))
        : BrokenResponse;

    public static CallFailure OfRequestFrame(FrameEvent problem, uint length, uint limit) => problem == FrameEvent.TooLong
        ? Client(StatusCode.ResourceExhausted, TooLong("request", length, limit))
        : BrokenRequest;

    private static string TooLong(string direction, uint length, uint limit) => string.Create(
        CultureInfo.InvariantCulture, $"a message of the {direction} is larger than allowed: {length} bytes, the limit is {limit}");

    /// <summary>
    /// The HTTP client stopped reading the request's body, because the service's side broke: the forwarder calls that the client's fault. When it
    /// is the client or a time that ends a call, the clock says so, and nobody asks here.
    /// </summary>
    private static bool IsCutOff(Exception? exception) =>
        exception is AggregateException { InnerException: OperationCanceledException { CancellationToken.IsCancellationRequested: true } };

    /// <summary>
    /// The code of a reset. A server without HTTP/2 closes the connection on unread bytes, so its code is often lost on the way; the answer must
    /// not depend on that, so this one counts as none: no call was ever carried, with it or without it.
    /// </summary>
    private static CallFailure? OfReset(Exception? exception) => exception switch
    {
        null => null,
        HttpProtocolException { ErrorCode: not Http11Required } reset => Service(Http2ErrorMapping.ToGrpc(reset.ErrorCode), "the service reset the call"),
        AggregateException several => several.InnerExceptions.Select(OfReset).FirstOrDefault(failure => failure is not null),
        _ => OfReset(exception.InnerException),
    };

    private static CallFailure Service(StatusCode code, string text) => new(new Status(code, text), FailureCause.Service);

    private static CallFailure Client(StatusCode code, string text) => new(new Status(code, text), FailureCause.Client);
}

/// <summary>Why the gateway, and not the service, ends a call: what the client gets, and who is the cause.</summary>
internal sealed record CallFailure(Status Status, FailureCause Cause)
{
    public static CallFailure Refused(PaymentRefusal refusal) =>
        new(new Status((StatusCode)refusal.StatusCode, refusal.Message), FailureCause.PaymentRefused);
}

/// <summary>Who caused a call that the gateway ends. Decides what is logged, and whether the client counts as disconnected.</summary>
internal enum FailureCause
{
    /// <summary>The payment could not be recorded.</summary>
    PaymentRefused,

    /// <summary>The service, or the way to it.</summary>
    Service,

    /// <summary>The client disconnected, let its deadline pass, or sent a request that cannot be read to its end.</summary>
    Client,

    /// <summary>A fault of the gateway.</summary>
    Gateway,
}
