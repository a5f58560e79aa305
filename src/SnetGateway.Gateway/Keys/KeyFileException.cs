namespace SnetGateway.Gateway.Keys;

/// <summary>A key file, or the file of its password, cannot be used. The message repeats nothing of either.</summary>
internal sealed class KeyFileException(string message) : Exception(message);
