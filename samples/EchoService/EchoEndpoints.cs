using Grpc.Core;
using SnetGateway.EchoService.Protocol;
using SnetGateway.Grpc.Server;

namespace SnetGateway.EchoService;

/// <summary>
/// The methods of the Echo service: they do what their request asks for (samples/proto/example.proto). Methods with one
/// answer are mapped as streams of one, which is the same on the wire, because a test may want headers ahead of the answer.
/// </summary>
internal sealed class EchoEndpoints(string instance, CallCounter counts, TimeProvider time)
{
    private const uint DefaultAnswers = 3;

    public void Map(GrpcServiceEndpoints service)
    {
        service.MapGrpcServerStreaming<EchoRequest, EchoReply>("Say", (request, replies, call) => CountedAsync(replies, call, async echo =>
        {
            await echo.BeginAsync(request);
            await echo.AnswerOnceAsync(request.Text);
        }));
        service.MapGrpcServerStreaming<EchoRequest, EchoReply>("Count", (request, replies, call) => CountedAsync(replies, call, async echo =>
        {
            await echo.BeginAsync(request);
            await echo.AnswerAsync(request.Text, request.Answers == 0 ? DefaultAnswers : request.Answers);
            await echo.FinishAsync();
        }));
        service.MapGrpcDuplexStreaming<EchoRequest, EchoReply>("Gather", (requests, replies, call) => CountedAsync(replies, call, async echo =>
        {
            List<string> texts = [];
            await foreach (var request in requests.ReadAllAsync(call.CancellationToken))
            {
                await echo.BeginAsync(request);
                texts.Add(request.Text);
            }

            await echo.AnswerOnceAsync(string.Join(' ', texts));
        }));
        service.MapGrpcDuplexStreaming<EchoRequest, EchoReply>("Talk", (requests, replies, call) => CountedAsync(replies, call, async echo =>
        {
            await foreach (var request in requests.ReadAllAsync(call.CancellationToken))
            {
                await echo.BeginAsync(request);
                await echo.AnswerAsync(request.Text, request.Answers == 0 ? 1 : request.Answers);
            }

            await echo.FinishAsync();
        }));
    }

    private async ValueTask CountedAsync(GrpcResponseWriter<EchoReply> replies, GrpcServerCall call, Func<EchoCall, Task> work)
    {
        counts.Begun();
        try
        {
            await work(new EchoCall(replies, call, instance, time));
            counts.Succeeded();
        }
        catch (RpcException)
        {
            counts.Failed();
            throw;
        }
        catch (Exception) when (call.CancellationToken.IsCancellationRequested)
        {
            counts.Cancelled();
            throw;
        }
    }
}
