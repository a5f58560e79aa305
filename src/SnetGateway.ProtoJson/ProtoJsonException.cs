namespace SnetGateway.ProtoJson;

/// <summary>A message cannot be converted between JSON and protobuf.</summary>
public sealed class ProtoJsonException : Exception
{
    internal ProtoJsonException(string path, string reason, Exception? inner = null)
        : base($"{path}: {reason}", inner)
    {
        Path = path;
        Reason = reason;
    }

    /// <summary>The position in the JSON, such as <c>$.items[2].price</c>; <c>$</c> is the whole text.</summary>
    public string Path { get; }

    /// <summary>What is wrong at that position, for the author of the message.</summary>
    public string Reason { get; }
}
