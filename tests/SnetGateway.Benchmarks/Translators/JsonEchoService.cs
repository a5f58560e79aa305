using System.Buffers;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using SnetGateway.Benchmarks.Servers;

namespace SnetGateway.Benchmarks.Translators;

/// <summary>
/// The service behind translators and behind bare YARP: HTTP/1.1 and JSON, from memory. JSON-RPC at /rpc, where the parameters are the
/// result; everywhere else the answer is the body of the request.
/// </summary>
internal static class JsonEchoService
{
    public const string JsonRpcPath = "/rpc";

    public static async Task RunAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => ProxySettings.Apply(kestrel, endPoint, HttpProtocols.Http1));
        await using WebApplication app = builder.Build();
        app.Run(AnswerAsync);
        await app.StartAsync(cancellationToken);
        await EndOfInput.WaitAsync(cancellationToken);
    }

    /// <summary>The answer to a request of JSON-RPC 2.0.</summary>
    public static byte[] Answer(ReadOnlyMemory<byte> request)
    {
        using var document = JsonDocument.Parse(request);
        var text = new ArrayBufferWriter<byte>(request.Length + 32);
        using (var writer = new Utf8JsonWriter(text))
        {
            writer.WriteStartObject();
            writer.WriteString("jsonrpc"u8, "2.0"u8);
            writer.WritePropertyName("result"u8);
            document.RootElement.GetProperty("params"u8).WriteTo(writer);
            writer.WritePropertyName("id"u8);
            document.RootElement.GetProperty("id"u8).WriteTo(writer);
            writer.WriteEndObject();
        }

        return text.WrittenSpan.ToArray();
    }

    private static async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        byte[] answer = context.Request.Path == JsonRpcPath ? Answer(body.ToArray()) : body.ToArray();
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = answer.Length;
        await context.Response.Body.WriteAsync(answer, context.RequestAborted);
    }
}
