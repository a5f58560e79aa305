using Grpc.Core;
using SnetGateway.Gateway.Backends.Translation;
using SnetGateway.GrpcWire.Headers;

namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>Stands between one call's client, of protobuf or of JSON, and a program that speaks JSON.</summary>
internal sealed class JsonTranslation(MethodMessages messages, GrpcCodec codec, string clusterId, ILogger logger)
{
    /// <summary>The request as the program reads it: with the names of the proto file, whoever wrote it.</summary>
    /// <exception cref="RpcException">It is no message of the method's input.</exception>
    public byte[] ToProgram(ReadOnlySpan<byte> message) =>
        messages.ToService(codec == GrpcCodec.Json ? messages.FromClient(message) : message);

    /// <summary>A message of the program as its client reads it.</summary>
    /// <exception cref="ServiceFaultException">It is no message of the method's output; the log has the reason.</exception>
    public byte[] ToClient(ReadOnlySpan<byte> json)
    {
        try
        {
            bool isNothing = messages.Method.Output.IsEmpty && json.IsEmpty;
            byte[] message = messages.FromService(isNothing ? "{}"u8 : json);
            return codec == GrpcCodec.Json ? messages.ToClient(message) : message;
        }
        catch (ServiceFaultException fault)
        {
            BackendLog.ResponseUnusable(logger, clusterId, messages.Method.Path, fault.Status.StatusCode, fault.Status.Detail, fault.Message);
            throw;
        }
    }
}
