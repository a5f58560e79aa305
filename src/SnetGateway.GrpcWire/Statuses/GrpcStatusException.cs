using SnetGateway.GrpcWire.Headers;

namespace SnetGateway.GrpcWire.Statuses;

/// <summary>
/// A call that did not end well. On the server a handler throws it to choose the status and text its client sees;
/// on the client it carries the status that came back, or the one that stands for what went wrong on the way.
/// </summary>
public sealed class GrpcStatusException : Exception
{
    /// <summary>A failure with a status, and metadata sent or received as trailers with it.</summary>
    public GrpcStatusException(GrpcStatus status, GrpcMetadata? trailers = null, Exception? inner = null)
        : base(status.ToString(), inner)
    {
        Status = status;
        Trailers = trailers ?? GrpcMetadata.Empty;
    }

    /// <summary>A failure with a named code and a text for the client.</summary>
    public GrpcStatusException(GrpcStatusCode code, string message, Exception? inner = null)
        : this(new GrpcStatus(code, message), null, inner)
    {
    }

    /// <summary>The code and the text.</summary>
    public GrpcStatus Status { get; }

    /// <summary>True when it is certain that nothing of the request's message left, so that nobody can have acted on it.</summary>
    public bool WasNeverSent { get; init; }

    /// <summary>Metadata of the failure; empty when there is none.</summary>
    public GrpcMetadata Trailers { get; }
}
