namespace SnetGateway.GrpcWire.Headers;

/// <summary>What a <c>content-type</c> says about a request or response.</summary>
/// <param name="Transport">Plain gRPC, one of the two gRPC-Web kinds, or none of them.</param>
/// <param name="Codec">How messages are written; <see cref="GrpcCodec.Other"/> when it is no gRPC.</param>
public readonly record struct GrpcContentType(GrpcTransport Transport, GrpcCodec Codec)
{
    /// <summary>The value for protobuf messages over plain gRPC.</summary>
    public const string Grpc = "application/grpc";

    /// <summary>Whether this is plain gRPC with protobuf messages.</summary>
    public bool IsGrpcProto => this is { Transport: GrpcTransport.Grpc, Codec: GrpcCodec.Proto };

    /// <summary>Reads the value of <c>content-type</c>, in any letter case, with or without parameters; an absent one is empty.</summary>
    public static GrpcContentType Parse(ReadOnlySpan<char> value)
    {
        var end = value.IndexOf(';');
        var mediaType = (end < 0 ? value : value[..end]).Trim(" \t");
        if (!mediaType.StartsWith(Grpc, StringComparison.OrdinalIgnoreCase))
        {
            return new GrpcContentType(GrpcTransport.None, GrpcCodec.Other);
        }

        var rest = mediaType[Grpc.Length..];
        var plus = rest.IndexOf('+');
        var transport = (plus < 0 ? rest : rest[..plus]) switch
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
