using System.Net;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>
/// The body of a service's answer, which sends the service's headers ahead when the first message lets wait. YARP sends headers with the first
/// byte only, and a client that waits for them before it says more would wait for ever.
/// </summary>
internal sealed class InitialMetadataContent(HttpContent inner, SettleFirstBody call, TimeProvider time) : HttpContent
{
    protected override Task<Stream> CreateContentReadStreamAsync()
    {
        Task<Stream> opened = inner.ReadAsStreamAsync();
        return opened.IsCompletedSuccessfully ? Task.FromResult<Stream>(new InitialMetadataStream(opened.Result, call, time)) : OpenAsync(opened);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => inner.CopyToAsync(stream, context);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    private async Task<Stream> OpenAsync(Task<Stream> opened) => new InitialMetadataStream(await opened, call, time);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
