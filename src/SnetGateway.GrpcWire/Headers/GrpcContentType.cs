namespace SnetGateway.GrpcWire.Headers;

/// <summary>A parsed <c>content-type</c> of a request or response.</summary>
/// <param name="Transport">Plain gRPC, one of the two kinds of gRPC-Web, or none.</param>
/// <param name="Codec">The encoding of messages; <see cref="GrpcCodec.Other"/> when it is not gRPC.</param>
public readonly record struct GrpcContentType(GrpcTransport Transport, GrpcCodec Codec)
{
    /// <summary>The value for protobuf messages over plain gRPC.</summary>
    public const string Grpc = "application/grpc";

    /// <summary>True for plain gRPC with protobuf messages.</summary>
    public bool IsGrpcProto => this is { Transport: GrpcTransport.Grpc, Codec: GrpcCodec.Proto };

    /// <summary>Parses a <c>content-type</c>, in any letter case, with or without parameters. A missing header is an empty value.</summary>
    public static GrpcContentType Parse(ReadOnlySpan<char> value)
    {
        int end = value.IndexOf(';');
        ReadOnlySpan<char> mediaType = (end < 0 ? value : value[..end]).Trim(" \t");
        if (!mediaType.StartsWith(Grpc, StringComparison.OrdinalIgnoreCase))
        {
            return new GrpcContentType(GrpcTransport.None, GrpcCodec.Other);
        }

        ReadOnlySpan<char> rest = mediaType[Grpc.Length..];
        int plus = rest.IndexOf('+');
        GrpcTransport transport = (plus < 0 ? rest : rest[..plus]) switch
        {
            "" => GrpcTransport.Grpc,
            var web when web.Equals("-web", StringComparison.OrdinalIgnoreCase) => GrpcTransport.GrpcWeb,
            var web when web.Equals("-web-text", StringComparison.OrdinalIgnoreCase) => GrpcTransport.GrpcWebText,
            _ => GrpcTransport.None,
        };
        if (transport == GrpcTransport.None)
        {
            return new GrpcContentType(GrpcTransport.None, GrpcCodec.Other);
        }

        return new GrpcContentType(transport, plus < 0 ? GrpcCodec.Proto : ParseCodec(rest[(plus + 1)..]));
    }

    private static GrpcCodec ParseCodec(ReadOnlySpan<char> subtype) =>
        subtype.Equals("proto", StringComparison.OrdinalIgnoreCase) ? GrpcCodec.Proto
        : subtype.Equals("json", StringComparison.OrdinalIgnoreCase) ? GrpcCodec.Json
        : GrpcCodec.Other;
}
