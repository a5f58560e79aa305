using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Limits;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.GrpcWire.Headers;
using SnetGateway.GrpcWire.Messages;
using SnetGateway.Payments.Channels;
using SnetGateway.Payments.Training;
using GrpcStatus = Grpc.Core.Status;

namespace SnetGateway.Gateway.Control.Training;

/// <summary>
/// `upload_and_validate`: the owner sends training data in a stream, which is forwarded message by message, and pays what the validation
/// costs. Its first message is checked before anything is reserved. Bounded in number (<see cref="OwnStreams"/>), time and size.
/// </summary>
internal sealed class UploadEndpoint(
    TrainingRequests requests, TrainCalls calls, ModelServices services, OwnStreams streams, TrainingStatuses statuses, TimeProvider time,
    IOptionsMonitor<LimitOptions> limits)
{
    public const string Method = "upload_and_validate";

    /// <summary>Time that the client may take for one message.</summary>
    public static readonly TimeSpan MessageLimit = TimeSpan.FromSeconds(30);

    public async Task InvokeAsync(HttpContext context)
    {
        if (CallShape.Refuse(context, needsProtobuf: true) is not null)
        {
            return;
        }

        try
        {
            StatusResponse response = await RunAsync(context);
            context.Response.ContentType = GrpcContentType.Grpc;
            await context.Response.BodyWriter.WriteAsync(SingleMessage.Write(response.ToByteArray()), context.RequestAborted);
            GrpcStatusWriter.TryWrite(context, GrpcStatus.DefaultSuccess);
        }
        catch (RpcException refused)
        {
            GrpcStatusWriter.TryWrite(context, refused.Status);
        }
        catch (UploadException broken)
        {
            GrpcStatusWriter.TryWrite(context, broken.Failure.Status);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has disconnected; its payment was settled or released.
        }
    }

    private async Task<StatusResponse> RunAsync(HttpContext context)
    {
        TrainingTarget target = requests.TargetOf(context);
        using OwnStream stream = streams.TryOpen(context, MethodType.ClientStreaming)
            ?? throw new UploadException(OwnStreams.TooMany.StatusCode, OwnStreams.TooMany.Detail);
        var upload = new Upload(context, stream, target, limits.CurrentValue.MaxRequestMessageBytes, time);
        UploadAndValidateRequest first = await upload.ReadAsync(context.RequestAborted)
            ?? throw new UploadException(StatusCode.Internal, "the request has no message");
        string id = first.UploadInput?.ModelId ?? "";
        TrainingRequests.CheckId(first.Authorization, id);
        ChannelPayment payment = calls.ReadPayment(context, id, isStream: true);
        TrainingModel model = await requests.OwnedAsync(
            target, first.Authorization, id, Method, allowsUnified: false, context.RequestAborted);
        var asked = new ValidateRequest { ModelId = id };
        var price = new TrainingPrice(cancellation => services.AskAsync(
            target, (client, options) => client.validate_model_priceAsync(asked, options), cancellation));
        StatusResponse response = await calls.RunAsync(
            context, target, payment, price, target.Limits.UploadTimeout,
            clock => services.CallAsync(target, client => upload.ForwardAsync(client, first.UploadInput!, clock)));
        await statuses.NoteAsync(model, response.Status, dataLink: null);
        return response;
    }

    /// <summary>One upload on its way.</summary>
    private sealed class Upload(HttpContext context, OwnStream stream, TrainingTarget target, int maxMessageBytes, TimeProvider time)
    {
        private readonly UploadReader _reader = new(context.Request.BodyReader, maxMessageBytes);

        /// <summary>The next message, within its time. Null at the end.</summary>
        public async Task<UploadAndValidateRequest?> ReadAsync(CancellationToken cancellationToken)
        {
            using var limit = new CancellationTokenSource(MessageLimit, time);
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                UploadAndValidateRequest? message = await _reader.ReadAsync(ended.Token);
                stream.Progress();
                return message;
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw new UploadException(CallFailures.RequestTimedOut);
            }
        }

        /// <summary>
        /// Forwards the data, at the pace at which the service takes them. A service that responds earlier does not get the rest.
        /// </summary>
        public async Task<StatusResponse> ForwardAsync(Model.ModelClient client, UploadInput first, TrainCallClock clock)
        {
            using AsyncClientStreamingCall<UploadInput, StatusResponse> call = client.upload_and_validate(new CallOptions());
            long bytes = 0;
            UploadInput? input = first;
            while (input is not null && !call.ResponseAsync.IsCompleted)
            {
                Check(input, first.ModelId, bytes += input.Data.Length);
                await WriteAsync(call, input, clock.Token);
                UploadAndValidateRequest? next = call.ResponseAsync.IsCompleted ? null : await ReadAsync(clock.Token);
                input = next is null ? null
                    : next.UploadInput ?? throw new UploadException(StatusCode.InvalidArgument, "a message has no upload_input");
            }

            stream.Dispose(); // what follows is the service's work, and silent by nature
            clock.EndUpload();
            if (!call.ResponseAsync.IsCompleted)
            {
                await call.RequestStream.CompleteAsync();
            }

            return await call.ResponseAsync.WaitAsync(clock.Token);
        }

        private void Check(UploadInput input, string modelId, long bytes)
        {
            if (input.ModelId != modelId)
            {
                throw new UploadException(StatusCode.InvalidArgument, "the messages of an upload name more than one model");
            }

            if (bytes > target.Limits.MaxUploadBytes)
            {
                throw new UploadException(
                    StatusCode.ResourceExhausted, $"the upload is larger than allowed: the limit is {target.Limits.MaxUploadBytes} bytes");
            }
        }

        /// <summary>A service that ends the call gives its reason in the response, not here.</summary>
        private static async Task WriteAsync(
            AsyncClientStreamingCall<UploadInput, StatusResponse> call, UploadInput input, CancellationToken cancellationToken)
        {
            try
            {
                await call.RequestStream.WriteAsync(input, cancellationToken);
            }
            catch (Exception failure) when (failure is RpcException or InvalidOperationException)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await call.ResponseAsync.WaitAsync(cancellationToken);
            }
        }
    }
}
