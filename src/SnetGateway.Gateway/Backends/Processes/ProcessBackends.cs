namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>Makes the handler of each cluster of programs. All share one count of places and one watch over what runs.</summary>
internal sealed class ProcessBackends(IServiceProvider services)
{
    /// <param name="network">The handler for the network that the proxy made, which a program has no use for.</param>
    /// <param name="clusterId">The cluster that it answers for.</param>
    public HttpMessageHandler Create(HttpMessageHandler network, string clusterId)
    {
        network.Dispose();
        return ActivatorUtilities.CreateInstance<ProcessBackend>(services, clusterId);
    }
}
