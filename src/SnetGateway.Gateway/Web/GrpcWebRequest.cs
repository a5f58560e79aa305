using Microsoft.AspNetCore.Http.Features;

namespace SnetGateway.Gateway.Web;

/// <summary>
/// The request as the rest of the pipeline sees it: over HTTP/2. The server's own feature is left as it is, because the server frames its answer
/// by the protocol that stands there.
/// </summary>
internal sealed class GrpcWebRequest(IHttpRequestFeature inner) : IHttpRequestFeature
{
    public IHttpRequestFeature Inner => inner;

    public string Protocol { get; set; } = HttpProtocol.Http2;

    public string Scheme
    {
        get => inner.Scheme;
        set => inner.Scheme = value;
    }

    public string Method
    {
        get => inner.Method;
        set => inner.Method = value;
    }

    public string PathBase
    {
        get => inner.PathBase;
        set => inner.PathBase = value;
    }

    public string Path
    {
        get => inner.Path;
        set => inner.Path = value;
    }

    public string QueryString
    {
        get => inner.QueryString;
        set => inner.QueryString = value;
    }

    public string RawTarget
    {
        get => inner.RawTarget;
        set => inner.RawTarget = value;
    }

    public IHeaderDictionary Headers
    {
        get => inner.Headers;
        set => inner.Headers = value;
    }

    public Stream Body
    {
        get => inner.Body;
        set => inner.Body = value;
    }
}
