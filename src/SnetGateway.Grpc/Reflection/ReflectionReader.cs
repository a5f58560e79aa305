using Google.Protobuf;
using Google.Protobuf.Reflection;
using SnetGateway.Grpc.Client;
using SnetGateway.ProtoJson;
using SnetGateway.GrpcWire.Statuses;

namespace SnetGateway.Grpc.Reflection;

/// <summary>Asks a running service what its methods and messages are.</summary>
public static class ReflectionReader
{
    private const int MostFiles = 2_000;
    private const long MostBytes = 64 * 1024 * 1024;

    /// <summary>Every service of the server with all that it needs, by version 1 of reflection or, where that is missing, by the one before.</summary>
    /// <param name="client">Who asks, and whom.</param>
    /// <param name="timeout">How long all of it may take.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <exception cref="GrpcStatusException">The server cannot be reached or has no reflection.</exception>
    /// <exception cref="InvalidDataException">What it says is no schema.</exception>
    public static async Task<ProtoSchema> ReadAsync(GrpcClient client, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(client, ReflectionMethods.Info, timeout, cancellationToken);
        }
        catch (GrpcStatusException missing) when (missing.Status.Code == GrpcStatusCode.Unimplemented)
        {
            return await ReadAsync(client, ReflectionMethods.AlphaInfo, timeout, cancellationToken);
        }
    }

    private static async Task<ProtoSchema> ReadAsync(
        GrpcClient client, GrpcMethod<ServerReflectionRequest, ServerReflectionResponse> method, TimeSpan timeout, CancellationToken cancellationToken)
    {
        await using var call = client.Start(method, new GrpcCallOptions { Timeout = timeout }, cancellationToken);
        var files = new Dictionary<string, FileDescriptorProto>(StringComparer.Ordinal);
        var bytes = 0L;
        var services = await AskAsync(new ServerReflectionRequest { ListServices = "*" });
        foreach (var service in services.ListServicesResponse?.Service ?? throw Nonsense("it lists no services"))
        {
            Take(await AskAsync(new ServerReflectionRequest { FileContainingSymbol = service.Name }), service.Name);
        }

        // A server may send a file without those that it imports.
        var asked = new HashSet<string>(StringComparer.Ordinal);
        while (files.Values.SelectMany(file => file.Dependency).FirstOrDefault(name => !files.ContainsKey(name) && asked.Add(name)) is { } missing)
        {
            var answer = await AskAsync(new ServerReflectionRequest { FileByFilename = missing });

            // Protobuf's own files are known here; whether anything else is missed, the schema tells.
            if (answer.MessageResponseCase != ServerReflectionResponse.MessageResponseOneofCase.ErrorResponse)
            {
                Take(answer, missing);
            }
        }

        call.CompleteRequests();
        var set = new FileDescriptorSet();
        set.File.AddRange(files.Values);
        return ProtoSchema.Load(set.ToByteArray());

        async Task<ServerReflectionResponse> AskAsync(ServerReflectionRequest request)
        {
            await call.WriteAsync(request);
            var (hasMessage, answer) = await call.ReadAsync();
            return hasMessage ? answer : throw Nonsense("it ends without an answer");
        }

        void Take(ServerReflectionResponse answer, string wanted)
        {
            foreach (var serialized in answer.FileDescriptorResponse?.FileDescriptorProto ?? throw Nonsense($"it does not describe {wanted}"))
            {
                bytes += serialized.Length;
                var file = Parse(serialized);
                files.TryAdd(file.Name, file);
            }

            if (files.Count > MostFiles || bytes > MostBytes)
            {
                throw Nonsense("it describes too much");
            }
        }
    }

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
