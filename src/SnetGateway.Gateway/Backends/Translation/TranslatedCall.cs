using System.Text.Json;
using Grpc.Core;
using SnetGateway.ProtoJson;

namespace SnetGateway.Gateway.Backends.Translation;

/// <summary>One call on its way to a service that speaks JSON.</summary>
/// <param name="Request">The request as the proxy made it: where the service is, and the metadata.</param>
/// <param name="Options">How the cluster's services are called.</param>
/// <param name="Schema">What the messages are.</param>
/// <param name="Method">What is called.</param>
/// <param name="Message">The request's message as protobuf.</param>
/// <param name="MaxAnswerBytes">The longest message that its client may get.</param>
internal sealed record TranslatedCall(
    HttpRequestMessage Request, ClusterBackendOptions Options, ProtoSchema Schema, ProtoMethod Method, ReadOnlyMemory<byte> Message, int MaxAnswerBytes)
{
    /// <summary>Services write fields as their proto files do.</summary>
    private static readonly ProtoJsonOptions s_towardsService = new() { OriginalNames = true };

    /// <summary>The method's name without its service, which is what such services know it by.</summary>
    public string Name => Method.Path[(Method.Path.LastIndexOf('/') + 1)..];

    /// <summary>Writes the message as the next value.</summary>
    /// <exception cref="RpcException">It is no message of the method's type.</exception>
    public void WriteJson(Utf8JsonWriter writer)
    {
        try
        {
            new ProtoJsonConverter(Schema, s_towardsService).WriteJson(Method.Input, Message.Span, writer);
        }
        catch (ProtoJsonException wrong)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, $"the request is no {Method.Input.FullName}: {wrong.Message}", wrong));
        }
    }
}
