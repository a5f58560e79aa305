namespace SnetGateway.Gateway.Acme;

/// <summary>
/// Answers http-01 challenges (RFC 8555, section 8.3) on the listener for them. The response follows from the token and the account's key,
/// which all replicas have: it does not matter which one the authority reaches, or whether it was restarted.
/// </summary>
internal sealed class HttpChallenge(AcmeAccount account, IReadOnlyCollection<string> domains)
{
    private const string Path = "/.well-known/acme-challenge/";

    /// <summary>The whole pipeline of that listener. Everything else is 404.</summary>
    public Task RespondAsync(HttpContext context)
    {
        string path = context.Request.Path.Value ?? "";
        ReadOnlySpan<char> token = path.StartsWith(Path, StringComparison.Ordinal) ? path.AsSpan(Path.Length) : default;
        bool isGet = HttpMethods.IsGet(context.Request.Method);
        context.Response.Headers.Connection = "close";
        if (!isGet || account.Key is null || !AcmeToken.IsValid(token)
            || !domains.Contains(context.Request.Host.Host, StringComparer.OrdinalIgnoreCase))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        }

        context.Response.ContentType = "application/octet-stream";
        return context.Response.WriteAsync($"{token}.{account.Key.Thumbprint}");
    }
}
