namespace SnetGateway.Gateway.PaidCalls;

/// <summary>
/// Stops the forwarder's copying of a call that already has its failure. No client gets it: the end of the call writes the status.
/// </summary>
internal sealed class CallEndedException() : IOException("The gateway has ended this call.");
