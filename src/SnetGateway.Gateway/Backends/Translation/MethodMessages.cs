using Grpc.Core;
using SnetGateway.Gateway.Backends.Descriptors;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.ProtoJson;

namespace SnetGateway.Gateway.Backends.Translation;

/// <summary>The messages of one method, between the JSON of a service and protobuf.</summary>
internal sealed record MethodMessages(ProtoSchema Schema, ProtoMethod Method)
{
    /// <summary>JSON is longer than protobuf: names, digits, base64. Beyond this an answer is not looked at.</summary>
    private const int JsonPerMessageByte = 4;

    private const int LeastJson = 64 * 1024;

    /// <summary>Services write fields as their proto files do.</summary>
    private static readonly ProtoJsonOptions s_towardsService = new() { OriginalNames = true };

    private static readonly ProtoJsonOptions s_fromService = new() { IgnoreUnknownFields = true };

    /// <summary>Finds a method by its path, `/package.Service/Method`.</summary>
    /// <exception cref="ServiceFaultException">Nothing says what the messages are.</exception>
    /// <exception cref="RpcException">There is no such method, or no instance responds that could describe it.</exception>
    public static async ValueTask<MethodMessages> FindAsync(IDescriptorSource? descriptors, string path, CancellationToken cancellationToken)
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
        new(StatusCode.Unavailable, "the service is not available", "nothing says what its messages are");

    /// <summary>The longest JSON that is read for a message of so many bytes.</summary>
    public static long MostJson(int messageBytes) => Math.Max(LeastJson, (long)messageBytes * JsonPerMessageByte);

    /// <summary>A client's JSON as protobuf.</summary>
    /// <exception cref="RpcException">It is no message of the method's input.</exception>
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
    /// <exception cref="RpcException">It is no message of the method's input.</exception>
    public byte[] ToService(ReadOnlySpan<byte> message)
    {
        try
        {
            return new ProtoJsonConverter(Schema, s_towardsService).ToJson(Method.Input, message);
        }
        catch (ProtoJsonException wrong)
        {
            throw NoInput(wrong);
        }
    }

    /// <summary>A service's JSON as protobuf.</summary>
    /// <exception cref="ServiceFaultException">It is no message of the method's output.</exception>
    public byte[] FromService(ReadOnlySpan<byte> json)
    {
        try
        {
            return new ProtoJsonConverter(Schema, s_fromService).ToProtobuf(Method.Output, json);
        }
        catch (ProtoJsonException wrong)
        {
            // The place helps both sides; the reason may repeat what is the service's own.
            throw new ServiceFaultException(StatusCode.Internal, $"the service's response is not valid JSON for {Method.Output.FullName} (at {wrong.Path})", wrong.Message);
        }
    }

    /// <summary>An answer's protobuf as JSON for its client.</summary>
    public byte[] ToClient(ReadOnlySpan<byte> message) => new ProtoJsonConverter(Schema).ToJson(Method.Output, message);

    private RpcException NoInput(ProtoJsonException wrong) =>
        new(new Status(StatusCode.InvalidArgument, $"the request is no {Method.Input.FullName}: {wrong.Message}", wrong));
}
