namespace SnetGateway.ProtoJson;

/// <summary>A message that cannot be turned from JSON into protobuf or back, and where in the JSON the reason stands.</summary>
public sealed class ProtoJsonException : Exception
{
    internal ProtoJsonException(string path, string reason, Exception? inner = null)
        : base($"{path}: {reason}", inner)
    {
        Path = path;
        Reason = reason;
    }

    /// <summary>The place, as in <c>$.items[2].price</c>; <c>$</c> is the whole.</summary>
    public string Path { get; }

    /// <summary>What is wrong there, for whoever wrote the message.</summary>
    public string Reason { get; }
}
