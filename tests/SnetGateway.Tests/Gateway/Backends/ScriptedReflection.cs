using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using Microsoft.AspNetCore.Builder;
using SnetGateway.Gateway.Control;

namespace SnetGateway.Tests.Gateway.Backends;

/// <summary>A server that describes itself file by file, as the servers of Go do.</summary>
internal sealed class ScriptedReflection(string service, params FileDescriptor[] files) : ServerReflection.ServerReflectionBase
{
    public int Questions;

    /// <summary>What it says instead of the truth, if anything.</summary>
    public Func<ServerReflectionRequest, ServerReflectionResponse?> Lie { get; set; } = _ => null;

    public void Map(WebApplication app) => app.MapOwnService(binder => ServerReflection.BindService(binder, this), service);

    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream, IServerStreamWriter<ServerReflectionResponse> responseStream,
        ServerCallContext context)
    {
        await foreach (ServerReflectionRequest? request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            Interlocked.Increment(ref Questions);
            await responseStream.WriteAsync(Lie(request) ?? Answer(request));
        }
    }

    private ServerReflectionResponse Answer(ServerReflectionRequest request)
    {
        if (request.MessageRequestCase == ServerReflectionRequest.MessageRequestOneofCase.ListServices)
        {
            var list = new ListServiceResponse();
            list.Service.AddRange(
                files.SelectMany(file => file.Services).Select(declared => new ServiceResponse { Name = declared.FullName }));
            return new ServerReflectionResponse { ListServicesResponse = list };
        }

        FileDescriptor? found = files.FirstOrDefault(file => file.Name == request.FileByFilename
            || file.Services.Any(declared => declared.FullName == request.FileContainingSymbol));
        return found is null
            ? new ServerReflectionResponse { ErrorResponse = new ErrorResponse { ErrorCode = 5, ErrorMessage = "not found" } }
            : new ServerReflectionResponse
            {
                FileDescriptorResponse = new FileDescriptorResponse { FileDescriptorProto = { found.SerializedData } },
            };
    }
}
