using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Builder;
using SnetGateway.Grpc.Reflection;
using SnetGateway.Grpc.Server;

namespace SnetGateway.Tests.Grpc.Reflection;

/// <summary>A server that describes itself file by file, as the servers of Go do.</summary>
internal sealed class ScriptedReflection(string service, params FileDescriptor[] files)
{
    public int Questions;

    /// <summary>What it says instead of the truth, if anything.</summary>
    public Func<ServerReflectionRequest, ServerReflectionResponse?> Lie { get; set; } = _ => null;

    public void Map(WebApplication app) =>
        app.MapGrpcService(service).MapGrpcDuplexStreaming<ServerReflectionRequest, ServerReflectionResponse>("ServerReflectionInfo", async (requests, responses, call) =>
        {
            await foreach (var request in requests.ReadAllAsync(call.CancellationToken))
            {
                Interlocked.Increment(ref Questions);
                await responses.WriteAsync(Lie(request) ?? Answer(request), call.CancellationToken);
            }
        });

    private ServerReflectionResponse Answer(ServerReflectionRequest request)
    {
        if (request.MessageRequestCase == ServerReflectionRequest.MessageRequestOneofCase.ListServices)
        {
            var list = new ListServiceResponse();
            list.Service.AddRange(files.SelectMany(file => file.Services).Select(declared => new ServiceResponse { Name = declared.FullName }));
            return new ServerReflectionResponse { ListServicesResponse = list };
        }

        var found = files.FirstOrDefault(file => file.Name == request.FileByFilename || file.Services.Any(declared => declared.FullName == request.FileContainingSymbol));
        return found is null
            ? new ServerReflectionResponse { ErrorResponse = new ErrorResponse { ErrorCode = 5, ErrorMessage = "not found" } }
            : new ServerReflectionResponse { FileDescriptorResponse = new FileDescriptorResponse { FileDescriptorProto = { found.SerializedData } } };
    }
}
