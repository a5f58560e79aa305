using Grpc.Core;

namespace SnetGateway.Gateway.Backends.Translation;

/// <summary>A service whose answer cannot be used. The client gets the status; the operator's log has the detail too.</summary>
/// <param name="code">The client's status.</param>
/// <param name="text">The client's text, which tells nothing of the inside.</param>
/// <param name="detail">What exactly was wrong, for the log. Never an address with its query, which may hold a credential.</param>
internal sealed class ServiceFaultException(StatusCode code, string text, string detail) : Exception(detail)
{
    public Status Status { get; } = new(code, text);
}
