namespace SnetGateway.Gateway.ServiceMetadata.Ipfs;

/// <summary>How long a source may take.</summary>
/// <param name="FirstBlock">
/// For the first block of a file; then the whole file is asked for. A node may search without an end for a block that it does not have.
/// </param>
/// <param name="Request">For each other request.</param>
/// <param name="File">For all requests of one file; then the next source is asked.</param>
internal sealed record IpfsTimes(TimeSpan FirstBlock, TimeSpan Request, TimeSpan File)
{
    public static IpfsTimes Default { get; } = new(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15), TimeSpan.FromMinutes(1));
}
