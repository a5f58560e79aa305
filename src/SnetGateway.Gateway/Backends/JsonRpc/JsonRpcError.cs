using System.Globalization;
using System.Text.Json;
using Grpc.Core;
using SnetGateway.Gateway.Backends.Translation;

namespace SnetGateway.Gateway.Backends.JsonRpc;

/// <summary>An error that a service answered with.</summary>
/// <param name="Code">Its number.</param>
/// <param name="Message">What the service says about it.</param>
internal sealed record JsonRpcError(long Code, string Message)
{
    public string CodeText => Code.ToString(CultureInfo.InvariantCulture);

    /// <summary>Reads the member `error`, whose text was found to be JSON. Its `data` is the service's own and goes nowhere.</summary>
    /// <exception cref="ServiceFaultException">It is no error of JSON-RPC.</exception>
    public static JsonRpcError Read(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = 512 });
        long? code = null;
        string? message = null;
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                bool isCode = reader.ValueTextEquals("code"u8), isMessage = reader.ValueTextEquals("message"u8);
                reader.Read();
                if (isCode && reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long number))
                {
                    code = number;
                }
                else if (isMessage && reader.TokenType == JsonTokenType.String)
                {
                    message = reader.GetString();
                }
                else
                {
                    reader.Skip();
                }
            }
        }

        return code is not null && message is not null
            ? new JsonRpcError(code.Value, message)
            : throw new ServiceFaultException(
                StatusCode.Internal, "the service's answer is no JSON-RPC 2.0 response", "the error has no code that is a whole number, or no message");
    }
}
