using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace SnetGateway.Benchmarks.Servers;

/// <summary>The unpaid service behind all three proxies: answers every call with the message it got, from memory.</summary>
internal static class EchoService
{
    public static async Task RunAsync(IPEndPoint endPoint, CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => ProxySettings.Apply(kestrel, endPoint));
        await using WebApplication app = builder.Build();
        app.Run(EchoAsync);
        await app.StartAsync(cancellationToken);
        await EndOfInput.WaitAsync(cancellationToken);
    }

    private static async Task EchoAsync(HttpContext context)
    {
        HttpResponse response = context.Response;
        response.ContentType = "application/grpc";
        PipeReader input = context.Request.BodyReader;
        while (true)
        {
            ReadResult read = await input.ReadAsync(context.RequestAborted);
            foreach (ReadOnlyMemory<byte> part in read.Buffer)
            {
                response.BodyWriter.Write(part.Span);
            }

            input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                break;
            }
        }

        context.Features.Get<IHttpResponseTrailersFeature>()!.Trailers["grpc-status"] = "0";
    }
}
