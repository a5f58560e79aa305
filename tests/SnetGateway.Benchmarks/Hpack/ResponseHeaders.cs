using System.Text;

namespace SnetGateway.Benchmarks.Hpack;

/// <summary>What the header blocks of one answer said so far.</summary>
internal struct ResponseHeaders
{
    /// <summary>The HTTP status, 0 before it was seen.</summary>
    public int HttpStatus { get; private set; }

    /// <summary>The gRPC status, -1 before it was seen.</summary>
    public int GrpcStatus { get; private set; }

    /// <summary>The text beside a failing status as it is on the wire, percent-encoded.</summary>
    public string? GrpcMessage { get; private set; }

    public static ResponseHeaders None => new() { GrpcStatus = -1 };

    public void Read(HeaderKind kind, int number, ReadOnlySpan<byte> value)
    {
        switch (kind)
        {
            case HeaderKind.HttpStatus:
                HttpStatus = number;
                break;
            case HeaderKind.GrpcStatus:
                GrpcStatus = number;
                break;
            case HeaderKind.GrpcMessage:
                GrpcMessage = value.IsEmpty ? null : Encoding.ASCII.GetString(value);
                break;
        }
    }
}
