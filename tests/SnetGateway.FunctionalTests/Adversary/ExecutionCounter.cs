using SnetGateway.EchoService.Protocol;
using SnetGateway.Grpc.Client;

namespace SnetGateway.FunctionalTests.Adversary;

/// <summary>Asks an example service, past any gateway, how many calls it was made to work on.</summary>
internal sealed class ExecutionCounter(HttpMessageInvoker http, Uri service)
{
    private static readonly GrpcMethod<CallsRequest, CallCounts> s_getCalls = GrpcMethod.Protobuf<CallsRequest, CallCounts>("/example.EchoControl/GetCalls");

    public async Task<CallCounts> ReadAsync() => (await new GrpcClient(http, service).UnaryAsync(s_getCalls, new CallsRequest(), null, CancellationToken.None)).Message;

    /// <summary>Waits until the counts say so.</summary>
    public Task UntilAsync(string what, Func<CallCounts, bool> condition) => TestKit.Processes.Eventually.TrueAsync(what, async () => condition(await ReadAsync()));
}
