using Grpc.Core;
using SnetGateway.EchoService.Protocol;

namespace SnetGateway.EchoService;

/// <summary>The methods of the Echo service: they do what their request asks for (samples/proto/example.proto).</summary>
internal sealed class EchoMethods(string instance, CallCounter counts, TimeProvider time) : Echo.EchoBase
{
    private const uint DefaultAnswers = 3;

    public override Task<EchoReply> Say(EchoRequest request, ServerCallContext context) => CountedAsync(context, async call =>
    {
        await call.BeginAsync(request);
        return await call.AnswerOnceAsync(request.Text);
    });

    public override Task Count(EchoRequest request, IServerStreamWriter<EchoReply> responseStream, ServerCallContext context) =>
        CountedAsync(context, async call =>
        {
            await call.BeginAsync(request);
            await call.AnswerAsync(responseStream, request.Text, request.Answers == 0 ? DefaultAnswers : request.Answers);
            await call.FinishAsync();
        });

    public override Task<EchoReply> Gather(IAsyncStreamReader<EchoRequest> requestStream, ServerCallContext context) =>
        CountedAsync(context, async call =>
        {
            List<string> texts = [];
            await foreach (EchoRequest? request in requestStream.ReadAllAsync(context.CancellationToken))
            {
                await call.BeginAsync(request);
                texts.Add(request.Text);
            }

            return await call.AnswerOnceAsync(string.Join(' ', texts));
        });

    public override Task Talk(
        IAsyncStreamReader<EchoRequest> requestStream, IServerStreamWriter<EchoReply> responseStream,
        ServerCallContext context) => CountedAsync(context, async call =>
    {
        await foreach (EchoRequest? request in requestStream.ReadAllAsync(context.CancellationToken))
        {
            await call.BeginAsync(request);
            await call.AnswerAsync(responseStream, request.Text, request.Answers == 0 ? 1 : request.Answers);
        }

        await call.FinishAsync();
    });

    private Task<bool> CountedAsync(ServerCallContext context, Func<EchoCall, Task> work) => CountedAsync(context, async call =>
    {
        await work(call);
        return true;
    });

    private async Task<T> CountedAsync<T>(ServerCallContext context, Func<EchoCall, Task<T>> work)
    {
        counts.Begun();
        try
        {
            T? result = await work(new EchoCall(context, instance, time));
            counts.Succeeded();
            return result;
        }
        catch (Exception) when (context.CancellationToken.IsCancellationRequested)
        {
            counts.Cancelled();
            throw;
        }
        catch (RpcException)
        {
            counts.Failed();
            throw;
        }
    }
}
