using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1;
using SnetGateway.ProtoJson;

namespace SnetGateway.Gateway.Backends.Descriptors;

/// <summary>Reads the methods and messages of a running service by reflection.</summary>
internal static class ReflectionReader
{
    /// <summary>The messages of both versions have the same bytes.</summary>
    private static readonly Method<ServerReflectionRequest, ServerReflectionResponse> s_v1 = Version("grpc.reflection.v1.ServerReflection");

    private static readonly Method<ServerReflectionRequest, ServerReflectionResponse> s_v1Alpha =
        Version("grpc.reflection.v1alpha.ServerReflection");

    private const int MostFiles = 2_000;
    private const long MostBytes = 64 * 1024 * 1024;

    /// <summary>
    /// Every service of the server with everything it needs, by version 1 of reflection, or v1alpha where that is missing.
    /// </summary>
    /// <param name="server">The server.</param>
    /// <param name="timeout">Time for the requests of one version.</param>
    /// <param name="cancellationToken">Ends the requests.</param>
    /// <exception cref="RpcException">The server cannot be reached or has no reflection.</exception>
    /// <exception cref="InvalidDataException">The responses are not a valid schema.</exception>
    public static async Task<ProtoSchema> ReadAsync(CallInvoker server, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(server, s_v1, timeout, cancellationToken);
        }
        catch (RpcException missing) when (missing.StatusCode == StatusCode.Unimplemented)
        {
            return await ReadAsync(server, s_v1Alpha, timeout, cancellationToken);
        }
    }

    private static async Task<ProtoSchema> ReadAsync(
        CallInvoker server, Method<ServerReflectionRequest, ServerReflectionResponse> method, TimeSpan timeout,
        CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ended.CancelAfter(timeout);
        using AsyncDuplexStreamingCall<ServerReflectionRequest, ServerReflectionResponse> call =
            server.AsyncDuplexStreamingCall(method, null, new CallOptions(cancellationToken: ended.Token));
        var files = new Dictionary<string, FileDescriptorProto>(StringComparer.Ordinal);
        long bytes = 0L;
        ServerReflectionResponse services = await AskAsync(new ServerReflectionRequest { ListServices = "*" });
        foreach (ServiceResponse service in services.ListServicesResponse?.Service ?? throw Nonsense("it lists no services"))
        {
            Take(await AskAsync(new ServerReflectionRequest { FileContainingSymbol = service.Name }), service.Name);
        }

        // A server may send a file without those that it imports.
        var asked = new HashSet<string>(StringComparer.Ordinal);
        while (files.Values.SelectMany(file => file.Dependency)
            .FirstOrDefault(name => !files.ContainsKey(name) && asked.Add(name)) is { } missing)
        {
            ServerReflectionResponse answer = await AskAsync(new ServerReflectionRequest { FileByFilename = missing });

            // Protobuf's own files are known here; the schema reports any other missing file.
            if (answer.MessageResponseCase != ServerReflectionResponse.MessageResponseOneofCase.ErrorResponse)
            {
                Take(answer, missing);
            }
        }

        await call.RequestStream.CompleteAsync();
        var set = new FileDescriptorSet();
        set.File.AddRange(files.Values);
        return ProtoSchema.Load(set.ToByteArray());

        async Task<ServerReflectionResponse> AskAsync(ServerReflectionRequest request)
        {
            await WriteAsync(request);
            return await call.ResponseStream.MoveNext(cancellationToken)
                ? call.ResponseStream.Current
                : throw Nonsense("it ended without a response");
        }

        async Task WriteAsync(ServerReflectionRequest request)
        {
            try
            {
                await call.RequestStream.WriteAsync(request, cancellationToken);
            }
            catch (Exception) when (!cancellationToken.IsCancellationRequested)
            {
                // The call has ended: reading it reports its status.
            }
        }

        void Take(ServerReflectionResponse answer, string wanted)
        {
            foreach (ByteString serialized in answer.FileDescriptorResponse?.FileDescriptorProto
                ?? throw Nonsense($"it does not describe {wanted}"))
            {
                bytes += serialized.Length;
                FileDescriptorProto file = Parse(serialized);
                files.TryAdd(file.Name, file);
            }

            if (files.Count > MostFiles || bytes > MostBytes)
            {
                throw Nonsense("it describes too much");
            }
        }
    }

    private static Method<ServerReflectionRequest, ServerReflectionResponse> Version(string service) => new(
        MethodType.DuplexStreaming,
        service,
        "ServerReflectionInfo",
        Marshallers.Create(request => request.ToByteArray(), ServerReflectionRequest.Parser.ParseFrom),
        Marshallers.Create(response => response.ToByteArray(), ServerReflectionResponse.Parser.ParseFrom));

    private static FileDescriptorProto Parse(ByteString serialized)
    {
        try
        {
            return FileDescriptorProto.Parser.ParseFrom(serialized);
        }
        catch (InvalidProtocolBufferException broken)
        {
            throw new InvalidDataException("The reflection of the service cannot be used: a file is broken.", broken);
        }
    }

    private static InvalidDataException Nonsense(string what) => new($"The reflection of the service cannot be used: {what}.");
}
