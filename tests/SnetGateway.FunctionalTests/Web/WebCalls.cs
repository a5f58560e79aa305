using System.Text;
using SnetGateway.FunctionalTests.Infrastructure;
using Xunit;

namespace SnetGateway.FunctionalTests.Web;

/// <summary>Calls over gRPC-Web on either HTTP version.</summary>
internal static class WebCalls
{
    public const string Binary = "application/grpc-web+proto";
    public const string Text = "application/grpc-web-text";

    /// <summary>All combinations of HTTP version and content type.</summary>
    public static TheoryData<string, string> Ways()
    {
        var ways = new TheoryData<string, string>();
        foreach (string version in (string[])["1.1", "2.0"])
        {
            ways.Add(version, Binary);
            ways.Add(version, Text);
        }

        return ways;
    }

    public static HttpRequestMessage Request(
        GatewayHarness gateway, string version, string type, HttpContent body, string method = GatewayHarness.Method,
        Dictionary<string, string>? headers = null)
    {
        HttpRequestMessage request = gateway.Request(method, body, headers ?? GatewayHarness.Payment());
        request.Version = Version.Parse(version);
        request.Headers.Remove("te");
        request.Content!.Headers.Remove("content-type");
        request.Content.Headers.TryAddWithoutValidation("content-type", type);
        request.Headers.TryAddWithoutValidation("x-grpc-web", "1");
        return request;
    }

    public static byte[] Encode(string type, byte[] frames) =>
        type.Contains("text", StringComparison.Ordinal) ? Encoding.ASCII.GetBytes(Convert.ToBase64String(frames)) : frames;

    public static async Task<WebReply> CallAsync(
        this GatewayHarness gateway, string version, string type, byte[] frames, string method = GatewayHarness.Method,
        Dictionary<string, string>? headers = null)
    {
        HttpResponseMessage response = await gateway.SendAsync(
            Request(gateway, version, type, new ByteArrayContent(Encode(type, frames)), method, headers)).WithTimeout();
        Assert.Equal(Version.Parse(version), response.Version);
        return await WebReply.ReadAsync(response).WithTimeout();
    }
}
