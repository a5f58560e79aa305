using Grpc.Core;
using SnetGateway.Gateway.Backends.Descriptors;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.ProtoJson;

namespace SnetGateway.Gateway.Backends.Translation;

/// <summary>The messages of one method, between the JSON of a service and protobuf.</summary>
internal sealed record MethodMessages(ProtoSchema Schema, ProtoMethod Method)
{
    /// <summary>JSON is longer than protobuf: names, digits, base64. A longer response is not read, a longer request not written.</summary>
    private const int JsonPerMessageByte = 4;

    private const int LeastJson = 64 * 1024;

    /// <summary>Field names as in the proto file.</summary>
    private static readonly ProtoJsonOptions s_towardsService = new() { OriginalNames = true };

    private static readonly ProtoJsonOptions s_fromService = new() { IgnoreUnknownFields = true };

    /// <summary>Finds a method by its path, `/package.Service/Method`.</summary>
    /// <exception cref="ServiceFaultException">The messages are not described.</exception>
    /// <exception cref="RpcException">There is no such method, or no instance responds that could describe it.</exception>
    public static async ValueTask<MethodMessages> FindAsync(
        IDescriptorSource? descriptors, string path, CancellationToken cancellationToken)
    {
        if (descriptors is null)
        {
            throw Undescribed();
        }

        ProtoSchema schema = await descriptors.GetAsync(path, cancellationToken);
        ProtoMethod method = schema.FindMethod(path)
            ?? throw new RpcException(new Status(StatusCode.Unimplemented, $"the service has no method {path}"));
        return new MethodMessages(schema, method);
    }

    /// <exception cref="RpcException">Messages in this encoding cannot be translated.</exception>
    public static void CheckCodec(GrpcCodec codec)
    {
        if (codec == GrpcCodec.Other)
        {
            throw new RpcException(new Status(StatusCode.Unimplemented, "messages are protobuf or JSON here"));
        }
    }

    public static ServiceFaultException Undescribed() =>
        new(StatusCode.Unavailable, "the service is not available", "its messages are not described");

    /// <summary>The longest JSON that is read or written for a message of so many bytes.</summary>
    public static long MostJson(int messageBytes) => Math.Max(LeastJson, (long)messageBytes * JsonPerMessageByte);

    /// <summary>A client's JSON as protobuf.</summary>
    /// <exception cref="RpcException">It is not a valid message of the method's input.</exception>
    public byte[] FromClient(ReadOnlySpan<byte> json)
    {
        try
        {
            return new ProtoJsonConverter(Schema).ToProtobuf(Method.Input, json);
        }
        catch (ProtoJsonException wrong)
        {
            throw NoInput(wrong);
        }
    }

    /// <summary>A client's protobuf as the JSON for the service.</summary>
    /// <exception cref="RpcException">It is not a valid message of the method's input, or its JSON is too long.</exception>
    public byte[] ToService(ReadOnlySpan<byte> message, int maxBytes)
    {
        long most = MostJson(maxBytes);
        try
        {
            return new ProtoJsonConverter(Schema, s_towardsService).ToJson(Method.Input, message, most);
        }
        catch (JsonTooLongException)
        {
            throw new RpcException(new Status(
                StatusCode.ResourceExhausted, $"the request as JSON is larger than allowed: the limit is {most}"));
        }
        catch (ProtoJsonException wrong)
        {
            throw NoInput(wrong);
        }
    }

    /// <summary>A service's JSON as protobuf.</summary>
    /// <exception cref="ServiceFaultException">It is not a valid message of the method's output.</exception>
    public byte[] FromService(ReadOnlySpan<byte> json)
    {
        try
        {
            return new ProtoJsonConverter(Schema, s_fromService).ToProtobuf(Method.Output, json);
        }
        catch (ProtoJsonException wrong)
        {
            // The place helps the client and the service; the reason may repeat the service's data, so it is only logged.
            throw new ServiceFaultException(
                StatusCode.Internal, $"the service's response is not valid JSON for {Method.Output.FullName} (at {wrong.Path})",
                wrong.Message);
        }
    }

    /// <summary>The protobuf of a response as JSON for the client.</summary>
    public byte[] ToClient(ReadOnlySpan<byte> message) => new ProtoJsonConverter(Schema).ToJson(Method.Output, message);

    private RpcException NoInput(ProtoJsonException wrong) =>
        new(new Status(StatusCode.InvalidArgument, $"the request is not a valid {Method.Input.FullName}: {wrong.Message}", wrong));
}
