namespace SnetGateway.Gateway.PaidCalls;

/// <summary>Stops the forwarder's copying of a call that already has its failure. It reaches nobody: the call's end writes the status.</summary>
internal sealed class CallEndedException() : IOException("The gateway has ended this call.");
