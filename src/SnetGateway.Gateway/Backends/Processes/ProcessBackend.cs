using System.Buffers;
using System.ComponentModel;
using System.Net;
using Grpc.Core;
using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Backends.Descriptors;
using SnetGateway.Gateway.Backends.Translation;
using SnetGateway.Gateway.Health;
using SnetGateway.Gateway.Limits;
using SnetGateway.GrpcWire.Headers;

namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>
/// A service that is a program, started for each call. The call's message goes to its standard input as the client sent it, its standard output
/// is the answer, its exit code the status; see <see cref="ProgramOptions"/>. The request is read whole before a program is started, so that a
/// slow client holds no place.
/// </summary>
internal sealed class ProcessBackend(
    string clusterId, IOptionsMonitor<ProcessOptions> options, IOptionsMonitor<LimitOptions> limits, IClusterBackends clusters, ChildWatch children,
    ProgramSlots slots, ILogger<ProcessBackend> logger)
    : HttpMessageHandler
{
    /// <summary>Scheme of a destination that is a program: `process://NAME`.</summary>
    public const string Scheme = "process";

    private const string UserAddress = "snet-user-address";

    private const int SmallestRead = 4096;

    private static readonly Status s_tooLong = new(StatusCode.ResourceExhausted, "the answer of the service's program is larger than allowed");

    private IDescriptorSource? _descriptors;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string name = request.RequestUri!.Host;
        ProgramOptions? program = options.CurrentValue.Programs.GetValueOrDefault(name);
        string? path = program is null ? null : ProgramCommand.Find(program.Command);
        if (HealthProbe.IsProbe(request))
        {
            return new HttpResponseMessage(path is null ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK) { RequestMessage = request };
        }

        try
        {
            string method = request.RequestUri.Segments[^1];
            if (!IsMethod(method))
            {
                throw new RpcException(new Status(StatusCode.Unimplemented, "unknown method"));
            }

            ReadOnlyMemory<byte> message = await RequestBody.ReadMessageAsync(request, limits.CurrentValue.MaxRequestMessageBytes, cancellationToken);
            if (program is null || path is null)
            {
                ProcessLog.ProgramNotStarted(logger, name, method, program is null ? "it is not configured" : "there is no such executable");
                throw NotStarted();
            }

            JsonTranslation? translation = program.Messages == ProgramMessages.Json ? await TranslateAsync(request, cancellationToken) : null;
            message = translation?.ToProgram(message.Span) ?? message;
            if (!await slots.EnterAsync(name, program, cancellationToken))
            {
                throw new RpcException(new Status(StatusCode.Unavailable, "the service is busy"));
            }

            ProgramCommand command = ProgramCommand.Of(program, path, method, Variables(request, translation is not null));
            ProgramRun run = Start(name, method, program, command, message);
            return await AnswerAsync(request, run, program.Output, translation, cancellationToken);
        }
        catch (RpcException refused)
        {
            return Refuse(request, refused.Status);
        }
        catch (ServiceFaultException fault)
        {
            return Refuse(request, fault.Status);
        }
    }

    private ProgramRun Start(string name, string method, ProgramOptions program, ProgramCommand command, ReadOnlyMemory<byte> message)
    {
        try
        {
            return new ProgramRun(name, method, program, children.Start(command), slots, message, logger);
        }
        catch (Exception e)
        {
            slots.Release(name, program.MaxRunning);
            if (e is Win32Exception or ObjectDisposedException)
            {
                ProcessLog.ProgramNotStarted(logger, name, method, e is Win32Exception ? e.Message : "the gateway is stopping");
                throw NotStarted();
            }

            throw;
        }
    }

    private async Task<HttpResponseMessage> AnswerAsync(
        HttpRequestMessage request, ProgramRun run, ProgramOutput output, JsonTranslation? translation, CancellationToken cancellationToken)
    {
        int maxBytes = limits.CurrentValue.MaxResponseMessageBytes;
        run.Begin(cancellationToken);
        if (output != ProgramOutput.Message)
        {
            var stream = new AnswerStream(run, output, maxBytes, translation);
            HttpResponseMessage answer = TranslatedResponse.Create(request, ContentType(request), new StreamContent(stream));
            stream.Trailers = answer.TrailingHeaders;
            return answer;
        }

        using (run)
        {
            return await WriteWholeResponseAsync(request, run, maxBytes, translation);
        }
    }

    /// <summary>An answer that is one message: the program's whole output, known to be good because the program has ended.</summary>
    private static async Task<HttpResponseMessage> WriteWholeResponseAsync(HttpRequestMessage request, ProgramRun run, int maxBytes, JsonTranslation? translation)
    {
        long most = translation is null ? maxBytes : MethodMessages.MostJson(maxBytes);
        var output = new ArrayBufferWriter<byte>();
        while (await run.ReadAsync(output.GetMemory(SmallestRead)) is var count and > 0)
        {
            output.Advance(count);
            if (output.WrittenCount > most)
            {
                return Refuse(request, s_tooLong);
            }
        }

        Status status = await run.EndAsync();
        if (status.StatusCode != StatusCode.OK)
        {
            return Refuse(request, status);
        }

        ReadOnlyMemory<byte> message = translation is null ? output.WrittenMemory : translation.ToClient(output.WrittenSpan);
        return message.Length > maxBytes ? Refuse(request, s_tooLong) : TranslatedResponse.Message(request, ContentType(request), message.Span);
    }

    /// <summary>A status without a message. The answer is written as the request was: what a program says to JSON is JSON.</summary>
    private static HttpResponseMessage Refuse(HttpRequestMessage request, Status status) =>
        TranslatedResponse.Status(request, ContentType(request), status, Metadata.Empty);

    private async Task<JsonTranslation> TranslateAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        GrpcCodec codec = GrpcContentType.Parse(ContentType(request)).Codec;
        if (codec == GrpcCodec.Other)
        {
            throw new RpcException(new Status(StatusCode.Unimplemented, "messages are protobuf or JSON here"));
        }

        // A cluster that a reload took away still has calls for a moment.
        _descriptors = clusters.Backends.Find(clusterId)?.Descriptors ?? _descriptors;
        MethodMessages messages = await MethodMessages.FindAsync(_descriptors, request.RequestUri!.AbsolutePath, cancellationToken);
        return new JsonTranslation(messages, codec, clusterId, logger);
    }

    private static Dictionary<string, string> Variables(HttpRequestMessage request, bool isJson) => new(StringComparer.Ordinal)
    {
        ["SNET_METHOD"] = request.RequestUri!.AbsolutePath,
        ["SNET_CONTENT_TYPE"] = isJson ? TranslatedResponse.JsonType : ContentType(request),
        ["SNET_USER_ADDRESS"] = Header(request, UserAddress) ?? string.Empty,
    };

    private static string ContentType(HttpRequestMessage request) =>
        request.Content?.Headers.NonValidated.TryGetValues("Content-Type", out var types) == true ? types.ToString() : GrpcContentType.Grpc;

    private static string? Header(HttpRequestMessage request, string name) =>
        request.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    /// <summary>The name becomes an argument, so it must not be able to look like an option.</summary>
    private static bool IsMethod(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    private static RpcException NotStarted() => new(new Status(StatusCode.Unavailable, "the service's program cannot be started"));
}
