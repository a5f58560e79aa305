using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Grpc.Core;
using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Backends.Translation;
using SnetGateway.GrpcWire.Headers;

namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>A program as a service, started for each call when its request is complete: a slow client occupies no slot.</summary>
internal sealed partial class ProcessBackend(
    string clusterId, IOptionsMonitor<ProcessOptions> options, TranslatorServices services, ProgramSlots slots,
    ILogger<ProcessBackend> logger) : HttpMessageHandler
{
    /// <summary>Scheme of a destination that is a program: `process://NAME`.</summary>
    public const string Scheme = "process";

    private ClusterBackend? _backend;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string name = request.RequestUri!.Host;
        ProgramOptions? program = options.CurrentValue.Programs.GetValueOrDefault(name);
        if (TranslatedRequest.InputOf(request) is not { Method: var method })
        {
            // A health probe.
            bool exists = program is not null && Executables.Find(program.Command) is not null;
            return new HttpResponseMessage(exists ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable) { RequestMessage = request };
        }

        void Report(ServiceFaultException fault) =>
            BackendLog.ResponseUnusable(services.Logger, clusterId, method, fault.Status.StatusCode, fault.Status.Detail, fault.Message);

        string contentType = TranslatedRequest.ContentTypeOf(request) ?? GrpcContentType.Grpc;
        try
        {
            var call = new ProgramCall(name, method, program ?? new ProgramOptions());
            if (!MethodPath().IsMatch(method) || (call.Program.Methods.Count > 0 && call.MethodOptions is null))
            {
                throw new RpcException(new Status(StatusCode.Unimplemented, "unknown method"));
            }

            ReadOnlyMemory<byte> input =
                await RequestBody.ReadMessageAsync(request, services.Limits.CurrentValue.MaxRequestMessageBytes, cancellationToken);
            MessageTranslator? translator = call.Program.Messages == ProgramMessages.AsSent
                ? null
                : await TranslateAsync(call, contentType, cancellationToken);
            input = translator?.ToService(input.Span, services.Limits.CurrentValue.MaxRequestMessageBytes) ?? input;
            if (!await slots.EnterAsync(call, cancellationToken))
            {
                throw new RpcException(new Status(StatusCode.Unavailable, "the service is busy"));
            }

            string payer = TranslatedRequest.HeaderOf(request, "snet-user-address") ?? string.Empty;
            var run = new ProgramRun(call, Start(call, contentType, payer), slots, logger, cancellationToken);
            run.Begin(input);
            int maxBytes = services.Limits.CurrentValue.MaxResponseMessageBytes;
            IAsyncEnumerable<byte[]> messages =
                OutputReader.ReadAsync(run, call.Output, translator is null ? maxBytes : MethodMessages.MostJson(maxBytes))
                    .Select(output => translator?.ToClient(output) ?? output)
                    .Select(message => message.Length <= maxBytes ? message : throw OutputReader.TooLong());
            if (call.Output == ProgramOutput.Message)
            {
                using (run)
                {
                    return TranslatedResponse.Message(request, contentType, await messages.SingleAsync(CancellationToken.None));
                }
            }

            var stream = new TranslatedStream(messages, run, Report);
            HttpResponseMessage response = TranslatedResponse.Create(request, contentType, new StreamContent(stream));
            stream.Trailers = response.TrailingHeaders;
            return response;
        }
        catch (RpcException refused)
        {
            if (refused is ServiceFaultException fault)
            {
                Report(fault);
            }

            return TranslatedResponse.Status(request, contentType, refused.Status, Metadata.Empty);
        }
    }

    private Process Start(ProgramCall call, string contentType, string payer)
    {
        try
        {
            return Process.Start(ProgramCommand.Create(call, contentType, payer))!;
        }
        catch (Exception e)
        {
            slots.Release(call);
            ProcessLog.ProgramNotStarted(logger, call.Name, call.Method, e.Message);
            throw new RpcException(new Status(StatusCode.Unavailable, "the service's program cannot be started"));
        }
    }

    private async Task<MessageTranslator> TranslateAsync(ProgramCall call, string contentType, CancellationToken cancellationToken)
    {
        GrpcCodec codec = GrpcContentType.Parse(contentType).Codec;
        MethodMessages.CheckCodec(codec);
        _backend = services.Clusters.Backends.Find(clusterId) ?? _backend; // a cluster that a reload removed can still have running calls
        MethodMessages messages = await MethodMessages.FindAsync(_backend?.Descriptors, call.Method, cancellationToken);
        return new MessageTranslator(messages, codec, call.Program.Messages == ProgramMessages.Raw);
    }

    /// <summary>The path can become an argument: two names of letters, digits, dots and underscores.</summary>
    [GeneratedRegex(@"\A/[A-Za-z_][A-Za-z0-9_.]*/[A-Za-z_][A-Za-z0-9_]*\z")]
    private static partial Regex MethodPath();
}
