namespace SnetGateway.Benchmarks.Hpack;

/// <summary>The response headers a load driver reads; it steps over all others.</summary>
internal enum HeaderKind
{
    Other,
    HttpStatus,
    GrpcStatus,
    GrpcMessage,
}
