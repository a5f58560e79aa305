using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using Question = Grpc.Reflection.V1.ServerReflectionRequest.MessageRequestOneofCase;

namespace SnetGateway.Gateway.Control;

/// <summary>
/// Responses of the reflection service. The package's own implementation does not support extensions, does not repeat the request, and of
/// two files with one name drops the second with its services; the services of a fleet often share a file name.
/// </summary>
internal static class ReflectionResponses
{
    /// <summary>The response to one request.</summary>
    /// <param name="index">The services and files to describe.</param>
    /// <param name="request">The request.</param>
    /// <param name="sent">Files that this call has received before.</param>
    public static ServerReflectionResponse Of(ReflectionIndex index, ServerReflectionRequest request, HashSet<FileDescriptor> sent)
    {
        ServerReflectionResponse response = Find(index, request, sent);
        response.ValidHost = request.Host;
        response.OriginalRequest = request;
        return response;
    }

    private static ServerReflectionResponse Find(ReflectionIndex index, ServerReflectionRequest request, HashSet<FileDescriptor> sent) =>
        request.MessageRequestCase switch
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

    /// <summary>
    /// A file and everything that it imports, except what this call has received before; the requested file always comes, first.
    /// </summary>
    private static ServerReflectionResponse Describe(FileDescriptor? file, string wanted, HashSet<FileDescriptor> sent)
    {
        if (file is null)
        {
            return Missing(wanted);
        }

        sent.Add(file);
        var response = new FileDescriptorResponse();
        var open = new Queue<FileDescriptor>([file]);
        while (open.TryDequeue(out FileDescriptor? next))
        {
            response.FileDescriptorProto.Add(next.SerializedData);
            foreach (FileDescriptor? imported in next.Dependencies.Where(sent.Add))
            {
                open.Enqueue(imported);
            }
        }

        return new ServerReflectionResponse { FileDescriptorResponse = response };
    }

    private static ServerReflectionResponse Missing(string wanted) => Fail(StatusCode.NotFound, $"not found: {wanted}");

    private static ServerReflectionResponse Fail(StatusCode code, string text) =>
        new() { ErrorResponse = new ErrorResponse { ErrorCode = (int)code, ErrorMessage = text } };
}
