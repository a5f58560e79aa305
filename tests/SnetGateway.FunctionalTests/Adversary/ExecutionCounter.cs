using SnetGateway.EchoService.Protocol;
using SnetGateway.FunctionalTests.Infrastructure;

namespace SnetGateway.FunctionalTests.Adversary;

/// <summary>Asks an example service, past any gateway, how many calls it was made to work on.</summary>
internal sealed class ExecutionCounter(ClientHttp http, Uri service)
{
    private readonly EchoControl.EchoControlClient _control = new(http.ChannelTo(service));

    public async Task<CallCounts> ReadAsync() => await _control.GetCallsAsync(new CallsRequest());

    /// <summary>Waits until the counts say so.</summary>
    public Task UntilAsync(string what, Func<CallCounts, bool> condition) =>
        TestKit.Processes.Eventually.TrueAsync(what, async () => condition(await ReadAsync()));
}
