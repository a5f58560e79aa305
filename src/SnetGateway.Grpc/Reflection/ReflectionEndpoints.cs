using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SnetGateway.Grpc.Server;
using Question = SnetGateway.Grpc.Reflection.ServerReflectionRequest.MessageRequestOneofCase;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace SnetGateway.Grpc.Reflection;

/// <summary>The reflection service, in both versions: clients find methods and messages by it that they were not built with.</summary>
public static class ReflectionEndpoints
{
    private const string Method = "ServerReflectionInfo";
    private const string Package = "grpc.reflection.v1";
    private const string AlphaPackage = "grpc.reflection.v1alpha";

    /// <summary>The service of version 1, to be indexed itself.</summary>
    public static ServiceDescriptor Descriptor { get; } = ReflectionReflection.Descriptor.Services.Single();

    /// <summary>The service of before version 1. Its messages differ in their package only.</summary>
    public static ServiceDescriptor AlphaDescriptor { get; } = CreateAlpha();

    /// <summary>Answers both versions. Calls end when the host stops: a client may keep one open for as long as it lives.</summary>
    /// <param name="endpoints">Where.</param>
    /// <param name="find">What there is to be told; asked once for each call.</param>
    public static void MapGrpcReflection(this IEndpointRouteBuilder endpoints, Func<HttpContext, CancellationToken, ValueTask<ReflectionIndex>> find)
    {
        var stopping = endpoints.ServiceProvider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        foreach (var service in (string[])[ReflectionMethods.Service, ReflectionMethods.AlphaService])
        {
            endpoints.MapGrpcService(service).MapGrpcDuplexStreaming<ServerReflectionRequest, ServerReflectionResponse>(
                Method, (requests, responses, call) => AnswerAsync(find, requests, responses, call, stopping));
        }
    }

    private static async ValueTask AnswerAsync(
        Func<HttpContext, CancellationToken, ValueTask<ReflectionIndex>> find,
        GrpcRequestReader<ServerReflectionRequest> requests, GrpcResponseWriter<ServerReflectionResponse> responses, GrpcServerCall call,
        CancellationToken stopping)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stopping, call.CancellationToken);
        try
        {
            var index = await find(call.HttpContext, ended.Token);
            var sent = new HashSet<FileDescriptor>();
            await foreach (var request in requests.ReadAllAsync(ended.Token))
            {
                var response = Answer(index, request, sent);
                response.ValidHost = request.Host;
                response.OriginalRequest = request;
                await responses.WriteAsync(response, ended.Token);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested && !call.CancellationToken.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "the server is stopping"));
        }
    }

    private static ServerReflectionResponse Answer(ReflectionIndex index, ServerReflectionRequest request, HashSet<FileDescriptor> sent) => request.MessageRequestCase switch
    {
        Question.ListServices => List(index),
        Question.FileByFilename => Describe(index.FindFile(request.FileByFilename), request.FileByFilename, sent),
        Question.FileContainingSymbol => Describe(index.FindSymbol(request.FileContainingSymbol), request.FileContainingSymbol, sent),
        Question.FileContainingExtension => Describe(
            index.FindExtension(request.FileContainingExtension.ContainingType, request.FileContainingExtension.ExtensionNumber),
            request.FileContainingExtension.ContainingType,
            sent),
        Question.AllExtensionNumbersOfType => Number(index, request.AllExtensionNumbersOfType),
        _ => Fail(StatusCode.InvalidArgument, "the request asks for nothing"),
    };

    private static ServerReflectionResponse List(ReflectionIndex index)
    {
        var list = new ListServiceResponse();
        list.Service.AddRange(index.Services.Select(name => new ServiceResponse { Name = name }));
        return new ServerReflectionResponse { ListServicesResponse = list };
    }

    private static ServerReflectionResponse Number(ReflectionIndex index, string message)
    {
        if (index.FindExtensionNumbers(message) is not { } numbers)
        {
            return Missing(message);
        }

        var response = new ExtensionNumberResponse { BaseTypeName = message };
        response.ExtensionNumber.AddRange(numbers);
        return new ServerReflectionResponse { AllExtensionNumbersResponse = response };
    }

    /// <summary>A file and all that it imports, without what this call has sent before; the file that was asked for comes always, and first.</summary>
    private static ServerReflectionResponse Describe(FileDescriptor? file, string wanted, HashSet<FileDescriptor> sent)
    {
        if (file is null)
        {
            return Missing(wanted);
        }

        sent.Add(file);
        var response = new FileDescriptorResponse();
        var open = new Queue<FileDescriptor>([file]);
        while (open.TryDequeue(out var next))
        {
            response.FileDescriptorProto.Add(next.SerializedData);
            foreach (var imported in next.Dependencies.Where(sent.Add))
            {
                open.Enqueue(imported);
            }
        }

        return new ServerReflectionResponse { FileDescriptorResponse = response };
    }

    private static ServerReflectionResponse Missing(string wanted) => Fail(StatusCode.NotFound, $"not found: {wanted}");

    private static ServerReflectionResponse Fail(StatusCode code, string text) =>
        new() { ErrorResponse = new ErrorResponse { ErrorCode = (int)code, ErrorMessage = text } };

    private static ServiceDescriptor CreateAlpha()
    {
        var file = FileDescriptorProto.Parser.ParseFrom(ReflectionReflection.Descriptor.SerializedData);
        file.Name = file.Name.Replace("reflection.proto", "reflection_v1alpha.proto", StringComparison.Ordinal);
        file.Package = AlphaPackage;
        foreach (var field in file.MessageType.SelectMany(message => message.Field).Where(field => field.TypeName.Length > 0))
        {
            field.TypeName = Rename(field.TypeName);
        }

        foreach (var method in file.Service.SelectMany(service => service.Method))
        {
            method.InputType = Rename(method.InputType);
            method.OutputType = Rename(method.OutputType);
        }

        return FileDescriptor.BuildFromByteStrings([file.ToByteString()])[0].Services.Single();

        static string Rename(string type) => type.Replace($".{Package}.", $".{AlphaPackage}.", StringComparison.Ordinal);
    }
}
