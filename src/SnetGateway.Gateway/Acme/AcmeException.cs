namespace SnetGateway.Gateway.Acme;

/// <summary>The authority refused a request, or its response cannot be used. The message is for the operator's log.</summary>
/// <param name="message">What happened. Texts of the authority in it are cleaned and cut.</param>
/// <param name="type">The last part of the problem's type (RFC 8555, section 6.7), as `rateLimited`; empty for none.</param>
/// <param name="retryAfter">How long the authority wants to be left alone; null where it did not say.</param>
internal sealed class AcmeException(string message, string type = "", TimeSpan? retryAfter = null) : Exception(message)
{
    public string Type => type;

    public TimeSpan? RetryAfter => retryAfter;

    /// <summary>Any failure of an order, for a log line.</summary>
    public static string Describe(Exception exception) => AcmeJson.Clean(exception switch
    {
        OperationCanceledException => "it took too long",
        HttpRequestException { InnerException: { } inner } => $"{exception.Message} {inner.Message}",
        _ => exception.Message,
    });
}
