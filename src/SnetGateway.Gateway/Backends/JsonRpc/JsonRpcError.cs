using System.Globalization;
using System.Text.Json;
using Grpc.Core;
using SnetGateway.Gateway.Backends.Translation;

namespace SnetGateway.Gateway.Backends.JsonRpc;

/// <summary>An error of a service.</summary>
/// <param name="Code">Its number.</param>
/// <param name="Message">The service's text.</param>
internal sealed record JsonRpcError(long Code, string Message)
{
    public string CodeText => Code.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads the member `error`. Its `data` is not forwarded.</summary>
    /// <exception cref="ServiceFaultException">It is not a valid JSON-RPC error.</exception>
    public static JsonRpcError Read(JsonElement error) =>
        error.ValueKind == JsonValueKind.Object
        && error.TryGetProperty("code", out JsonElement code) && code.ValueKind == JsonValueKind.Number && code.TryGetInt64(out long number)
        && error.TryGetProperty("message", out JsonElement message) && message.ValueKind == JsonValueKind.String
            ? new JsonRpcError(number, message.GetString()!)
            : throw new ServiceFaultException(
                StatusCode.Internal, "the service's response is not a valid JSON-RPC 2.0 response",
                "the error has no code that is a whole number, or no message");
}
