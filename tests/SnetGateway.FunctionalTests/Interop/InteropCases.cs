namespace SnetGateway.FunctionalTests.Interop;

/// <summary>
/// The interoperability cases that need no cloud, by the names that gRPC gives them, in the order in which they are run. Last comes the one
/// after which a client cannot know whether it was charged: what it cancelled may have been answered.
/// </summary>
internal static class InteropCases
{
    public static IReadOnlyList<string> All { get; } =
    [
        "empty_unary", "large_unary", "client_compressed_unary", "server_compressed_unary", "client_streaming",
        "client_compressed_streaming",
        "server_streaming", "server_compressed_streaming", "ping_pong", "empty_stream", "custom_metadata", "status_code_and_message",
        "special_status_message", "unimplemented_method", "unimplemented_service", "cancel_after_first_response",
        "timeout_on_sleeping_server", "cancel_after_begin",
    ];
}
