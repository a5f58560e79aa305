using Grpc.Core;

namespace SnetGateway.Gateway.Backends.Translation;

/// <summary>
/// The service's response cannot be used. The client gets the status; the log also gets the detail, which is the exception's message.
/// </summary>
/// <param name="code">The client's status.</param>
/// <param name="text">The client's text, without anything internal.</param>
/// <param name="detail">The reason, for the log. Never an address with its query, which may hold a credential.</param>
internal sealed class ServiceFaultException(StatusCode code, string text, string detail) : RpcException(new Status(code, text), detail);
