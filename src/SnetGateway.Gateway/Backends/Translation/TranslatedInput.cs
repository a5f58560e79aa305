namespace SnetGateway.Gateway.Backends.Translation;

/// <summary>What a translator gets of a call, kept for a second instance when the first cannot be reached.</summary>
/// <param name="method">The path of the method, `/package.Service/Method`.</param>
internal sealed class TranslatedInput(string method)
{
    public string Method => method;

    /// <summary>The request's one message, as its client encoded it; null until the translator has read it.</summary>
    public ReadOnlyMemory<byte>? Message { get; set; }
}
