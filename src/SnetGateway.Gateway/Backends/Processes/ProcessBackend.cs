using System.ComponentModel;
using System.Net;
using Grpc.Core;
using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Backends.Descriptors;
using SnetGateway.Gateway.Backends.Translation;
using SnetGateway.Gateway.Health;
using SnetGateway.Gateway.Limits;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Messages;
using SnetGateway.GrpcWire.Statuses;

namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>
/// A service that is a program, started for each call. The call's message goes to its standard input as the client sent it, its standard output
/// is the answer, its exit code the status; see <see cref="ProgramOptions"/>. The request is read whole before a program is started, so that a
/// slow client holds no place.
/// </summary>
internal sealed class ProcessBackend(
    string clusterId, IOptionsMonitor<ProcessOptions> options, IOptionsMonitor<LimitOptions> limits, FindClusterBackends clusters, ChildWatch children,
    ProgramSlots slots, ILogger<ProcessBackend> logger)
    : HttpMessageHandler
{
    /// <summary>Scheme of a destination that is a program: `process://NAME`.</summary>
    public const string Scheme = "process";

    private const string JsonType = GrpcContentType.Grpc + "+json";

    private const string UserAddress = "snet-user-address";

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

        var input = new ByteBuffer();
        bool inputIsTaken = false;
        try
        {
            string method = request.RequestUri.Segments[^1];
            if (!IsMethod(method))
            {
                throw new RpcException(new Status(StatusCode.Unimplemented, "unknown method"));
            }

            ReadOnlyMemory<byte> message = await RequestMessage.ReadAsync(
                request.Content, Header(request, GrpcHeaderNames.Encoding), limits.CurrentValue.MaxRequestMessageBytes, input, cancellationToken);
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
            ProgramRun run = Start(name, method, program, command, message, input);
            inputIsTaken = true;
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
        finally
        {
            if (!inputIsTaken)
            {
                input.Dispose();
            }
        }
    }

    private ProgramRun Start(
        string name, string method, ProgramOptions program, ProgramCommand command, ReadOnlyMemory<byte> message, ByteBuffer input)
    {
        try
        {
            return new ProgramRun(name, method, program, children.Start(command), slots, message, input, logger);
        }
        catch (Exception e)
        {
            slots.Leave(name, program.MaxRunning);
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
        var answer = new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = request, Version = request.Version };
        if (output != ProgramOutput.Message)
        {
            answer.Content = WithType(new StreamContent(new AnswerStream(run, output, maxBytes, translation, answer)), request);
            return answer;
        }

        var frame = new ByteBuffer();
        try
        {
            Status status = await WholeAnswer.ReadAsync(run, frame, maxBytes, translation);
            if (status.StatusCode != StatusCode.OK)
            {
                return Refuse(request, status);
            }

            answer.Content = WithType(new BufferContent(frame), request);
            answer.TrailingHeaders.TryAddWithoutValidation(GrpcHeaderNames.Status, GrpcStatusText.Of(StatusCode.OK));
            frame = null;
            return answer;
        }
        finally
        {
            frame?.Dispose();
            run.Dispose();
        }
    }

    /// <summary>A status without a message: everything stands in the headers.</summary>
    private static HttpResponseMessage Refuse(HttpRequestMessage request, Status status)
    {
        var answer = new HttpResponseMessage(HttpStatusCode.OK)
        {
            RequestMessage = request,
            Version = request.Version,
            Content = WithType(new ByteArrayContent([]), request),
        };
        answer.Headers.TryAddWithoutValidation(GrpcHeaderNames.Status, GrpcStatusText.Of(status.StatusCode));
        if (status.Detail.Length > 0)
        {
            answer.Headers.TryAddWithoutValidation(GrpcHeaderNames.Message, GrpcMessage.Encode(status.Detail));
        }

        if (status.StatusCode == StatusCode.Unimplemented)
        {
            answer.Headers.TryAddWithoutValidation(GrpcHeaderNames.AcceptEncoding, GrpcEncodings.Accepted);
        }

        return answer;
    }

    /// <summary>The answer is written as the request was: what a program says to JSON is JSON.</summary>
    private static HttpContent WithType(HttpContent content, HttpRequestMessage request)
    {
        content.Headers.TryAddWithoutValidation("Content-Type", ContentType(request));
        return content;
    }

    private async Task<JsonTranslation> TranslateAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        GrpcCodec codec = GrpcContentType.Parse(ContentType(request)).Codec;
        if (codec == GrpcCodec.Other)
        {
            throw new RpcException(new Status(StatusCode.Unimplemented, "messages are protobuf or JSON here"));
        }

        // A cluster that a reload took away still has calls for a moment.
        _descriptors = clusters().Find(clusterId)?.Descriptors ?? _descriptors;
        MethodMessages messages = await MethodMessages.FindAsync(_descriptors, request.RequestUri!.AbsolutePath, cancellationToken);
        return new JsonTranslation(messages, codec, clusterId, logger);
    }

    private static Dictionary<string, string> Variables(HttpRequestMessage request, bool isJson) => new(StringComparer.Ordinal)
    {
        ["SNET_METHOD"] = request.RequestUri!.AbsolutePath,
        ["SNET_CONTENT_TYPE"] = isJson ? JsonType : ContentType(request),
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
