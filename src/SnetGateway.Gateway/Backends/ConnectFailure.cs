using Yarp.ReverseProxy.Forwarder;

namespace SnetGateway.Gateway.Backends;

/// <summary>
/// Recognizes calls that ended before a connection to the instance was open. The HTTP client sends the first byte of a request on an open
/// connection, so nothing of such a call was sent.
/// </summary>
internal static class ConnectFailure
{
    /// <summary>Why no connection could be opened; null if the call did not end so.</summary>
    public static Exception? Of(HttpContext context) =>
        context.Features.Get<IForwarderErrorFeature>() is { Error: ForwarderError.Request or ForwarderError.RequestTimedOut } error
            && IsConnectFailure(error.Exception)
                ? error.Exception
                : null;

    /// <summary>
    /// Errors that the HTTP client has only for the time in which it resolves the name, connects and shakes hands. A failure on an open
    /// connection is another one, even if it was the first request on it. The second form is <see cref="BackendOptions.ConnectTimeout"/>.
    /// </summary>
    internal static bool IsConnectFailure(Exception? exception) => exception switch
    {
        HttpRequestException failed => failed.HttpRequestError
            is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError,
        OperationCanceledException { InnerException: TimeoutException } => true,
        _ => false,
    };
}
