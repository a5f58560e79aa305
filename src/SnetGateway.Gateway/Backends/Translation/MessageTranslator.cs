using Grpc.Core;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.ProtoJson;

namespace SnetGateway.Gateway.Backends.Translation;

/// <summary>
/// Translates the messages of one call between a client that sends protobuf or JSON and a service that reads and writes JSON or, raw, the
/// content of one text or bytes field.
/// </summary>
internal sealed class MessageTranslator(MethodMessages messages, GrpcCodec codec, bool isRaw = false)
{
    /// <summary>The client's request as the service reads it. JSON has the field names of the proto file.</summary>
    /// <param name="message">The request.</param>
    /// <param name="maxBytes">The longest message of a request.</param>
    /// <exception cref="RpcException">It is not a valid message of the method's input, or its JSON is too long.</exception>
    /// <exception cref="ServiceFaultException">The input has no field for a raw service.</exception>
    public byte[] ToService(ReadOnlySpan<byte> message, int maxBytes)
    {
        ReadOnlySpan<byte> protobuf = codec == GrpcCodec.Json ? messages.FromClient(message) : message;
        byte[] json = messages.ToService(protobuf, maxBytes); // checks the message, also for a raw service
        return !isRaw ? json : messages.Method.Input.IsEmpty ? [] : Field(messages.Method.Input).Read(protobuf);
    }

    /// <summary>A message of the service as the client reads it.</summary>
    /// <exception cref="ServiceFaultException">It is not a valid message of the method's output.</exception>
    public byte[] ToClient(ReadOnlySpan<byte> response)
    {
        bool isNothing = messages.Method.Output.IsEmpty && (isRaw || response.IsEmpty);
        byte[] message = isNothing ? [] : isRaw ? WriteField(response) : messages.FromService(response);
        return codec == GrpcCodec.Json ? messages.ToClient(message) : message;
    }

    private byte[] WriteField(ReadOnlySpan<byte> content)
    {
        // Text loses the line ends at its end, as in a shell's $(...).
        ProtoTextField field = Field(messages.Method.Output);
        return field.Write(field.IsBytes ? content : content.TrimEnd("\r\n"u8)) ?? throw new ServiceFaultException(
            StatusCode.Internal, "the service's response is not valid UTF-8", "use a bytes field for output that is not text");
    }

    private static ProtoTextField Field(ProtoMessageType message) => message.FindOnlyText() ?? throw new ServiceFaultException(
        StatusCode.Unavailable, "the service is not available", $"{message.FullName} does not have exactly one text or bytes field");
}
