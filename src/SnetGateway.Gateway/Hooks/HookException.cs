namespace SnetGateway.Gateway.Hooks;

/// <summary>A delivery was refused. The message is for the operator and holds no secret.</summary>
internal sealed class HookException(string message) : Exception(message);
