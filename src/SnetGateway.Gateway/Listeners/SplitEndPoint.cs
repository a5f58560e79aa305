using System.Net;

namespace SnetGateway.Gateway.Listeners;

/// <summary>
/// One half of a cleartext port that serves HTTP/2 and HTTP/1.1. Kestrel listens on both halves as if they were two ports.
/// </summary>
internal sealed class SplitEndPoint(SplitPort port, PrefaceResult half) : EndPoint
{
    public SplitPort Port => port;

    public PrefaceResult Half => half;

    /// <summary>The address, as Kestrel logs it.</summary>
    public override string ToString() => port.Address.ToString();
}
