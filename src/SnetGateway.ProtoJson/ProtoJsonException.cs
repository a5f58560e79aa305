namespace SnetGateway.ProtoJson;

/// <summary>A message cannot be converted between JSON and protobuf.</summary>
public sealed class ProtoJsonException : Exception
{
    /// <param name="path">The position in the JSON.</param>
    /// <param name="reason">What is wrong there, for the author of the message.</param>
    /// <param name="inner">The cause.</param>
    internal ProtoJsonException(string path, string reason, Exception? inner = null)
        : base($"{path}: {reason}", inner)
    {
        Path = path;
    }

    /// <summary>The position in the JSON, such as <c>$.items[2].price</c>; <c>$</c> is the whole text.</summary>
    public string Path { get; }
}
