namespace SnetGateway.ProtoJson;

/// <summary>A message would become a longer JSON text than its caller takes.</summary>
/// <param name="maxBytes">What the caller takes.</param>
public sealed class JsonTooLongException(long maxBytes) : Exception($"the JSON is longer than {maxBytes} bytes");
