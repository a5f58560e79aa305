using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.PaidCalls;

namespace SnetGateway.FunctionalTests.Adversary.Attacks;

/// <summary>Ways around the payment by what HTTP allows, and by what it does not.</summary>
internal static class HttpAttacks
{
    /// <summary>A tunnel, an upgrade or another version of HTTP would carry answers past what settles.</summary>
    public static async Task OtherProtocolsAsync(AttackRun run)
    {
        Payer payer = await run.OpenAsync();
        foreach (int gateway in run.Everywhere)
        {
            ulong amount = payer.Next;
            string path = run.Target.Method;
            string host = run.Target.Gateways[gateway].Authority;
            string payment = string.Concat(payer.Headers(amount)
                .Where(header => header.Name.StartsWith("snet-", StringComparison.Ordinal))
                .Select(header => $"{header.Name}: {header.Value}\r\n"));
            string upgrade = $"Host: {host}\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                + $"dGhlIHNhbXBsZSBub25jZQ==\r\n{payment}";
            foreach (string request in new[]
            {
                $"GET {path} HTTP/1.1\r\nUpgrade: websocket\r\n{upgrade}\r\n",
                $"POST {path} HTTP/1.1\r\nUpgrade: websocket\r\nContent-Type: application/grpc\r\nContent-Length: 0\r\n{upgrade}\r\n",
                $"POST {path} HTTP/1.1\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nContent-Type: "
                + $"application/grpc\r\nContent-Length: 0\r\n{upgrade}\r\n",
                $"CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n{payment}\r\n",
                $"GET {path} HTTP/1.1\r\nHost: {host}\r\n{payment}\r\n",
                $"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/grpc\r\nTE: trailers\r\nContent-Length: "
                + $"5\r\n{payment}\r\n\0\0\0\0\0",
            })
            {
                string answer = await AskAsync(run.Target.Gateways[gateway], request);
                string status = answer.Split("\r\n")[0];
                run.Counts.Tried(status);
                bool isRefused = answer.Contains("grpc-status: ", StringComparison.OrdinalIgnoreCase)
                    && !answer.Contains("grpc-status: 0", StringComparison.OrdinalIgnoreCase);
                if (status.Contains(" 101", StringComparison.Ordinal) || (status.Contains(" 200", StringComparison.Ordinal) && !isRefused))
                {
                    run.Counts.Problem($"{request.Split("\r\n")[0]} was answered {status}");
                }
            }

            foreach ((string, string)[] head in new[]
            {
                new[] { (":method", "CONNECT"), (":authority", host) },
                [(":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "http"), (":path", path), (":authority", host)],
                [(":method", "GET"), (":scheme", "http"), (":path", path), (":authority", host)],
                [(":method", "PUT"), (":scheme", "http"), (":path", path), (":authority", host), ("content-type", Wire.ContentType)],
            })
            {
                RawReply reply = await AloneAsync(
                    run, gateway, payer.Payment(amount),
                    [.. head, .. payer.Headers(amount).Where(header => header.Name.StartsWith("snet-", StringComparison.Ordinal))]);
                run.MustBeRefused(reply, $"{head[0].Item2} over HTTP/2");
            }

            await payer.PayAsync(gateway); // the very payment is good for one call as it should be
        }
    }

    /// <summary>Requests that two readers could take for two different ones, around a payment that is spent and around none.</summary>
    public static async Task HeaderSmugglingAsync(AttackRun run)
    {
        Payer payer = await run.OpenAsync();
        Payer second = await run.OpenAsync();
        await payer.GoOnAsync();
        await second.GoOnAsync();
        foreach (int gateway in run.Everywhere)
        {
            foreach (List<(string Name, string Value)> headers in Requests(run, payer, second))
            {
                RawReply reply = await AloneAsync(run, gateway, payer.Payment(payer.Signed), headers);
                run.MustBeRefused(reply, string.Join("; ", headers.Where(header => !header.Name.EndsWith("-bin", StringComparison.Ordinal))
                    .Select(header => $"{header.Name}: {header.Value}")));
            }

            // A payment in the trailers is none.
            RawCall call = await (await run.ConnectAsync(gateway)).OpenAsync(payer.Unpaid());
            run.Counts.Begun(payer.Payment(payer.Next), call);
            await call.SendAsync(Wire.Frame(run.Target.Message));
            await call.SendTrailersAsync(
                [.. payer.Headers(payer.Next).Where(header => header.Name.StartsWith("snet-", StringComparison.Ordinal))]);
            run.MustBeRefused(await call.Reply.WithTimeout(), "a payment in the trailers");
        }

        await payer.GoOnAsync();
        await second.GoOnAsync();
    }

    private static IEnumerable<List<(string Name, string Value)>> Requests(AttackRun run, Payer payer, Payer second)
    {
        List<(string Name, string Value)> spent = payer.Headers(payer.Signed);
        List<(string Name, string Value)> unpaid = payer.Unpaid();
        string path = run.Target.Method;
        string next = payer.Next.ToString(System.Globalization.CultureInfo.InvariantCulture);

        // Two of one kind.
        yield return [.. spent, (PaymentMetadata.ChannelId, second.Channel.ToString())];
        yield return [.. spent, (PaymentMetadata.ChannelAmount, next)];
        yield return [.. spent, (PaymentMetadata.Type, "free-call")];
        yield return [.. spent, .. payer.Headers(payer.Next).Where(header => header.Name == PaymentMetadata.ChannelSignature)];
        yield return [.. spent.Where(header => header.Name != PaymentMetadata.Type), (PaymentMetadata.Type, "free-call")];
        yield return [.. spent.Where(header => header.Name != PaymentMetadata.Type), (PaymentMetadata.Type, "")];
        yield return [.. spent, (":path", "/grpc.health.v1.Health/Check")];
        yield return [.. spent, ("content-length", "0"), ("content-length", "7")];

        // Said to be another request, or another requester.
        foreach ((string, string) header in new[]
        {
            ("transfer-encoding", "chunked"), ("connection", "upgrade"), ("upgrade", "h2c"), ("content-length", "0"), ("te", "chunked"),
            ("expect", "100-continue"),
            ("x-http-method-override", "GET"), ("x-original-url", "/grpc.health.v1.Health/Check"), ("x-forwarded-host", "localhost"),
            ("host", "localhost"),
            ("snet-user-address", run.Target.Recipient.ToString()), ("snet-free-call-user-id", "somebody"),
            ("x\r\nsnet-payment-type", "escrow"), ("x", "a\r\nsnet-payment-type: escrow"), ("x", "a\0b"),
        })
        {
            yield return [.. spent, header];
            yield return [.. unpaid, header];
        }

        // The same method by another way.
        foreach (string detour in new[]
        {
            $"/{path}", $"/.{path}", $"/grpc.health.v1.Health/..{path}", $"/grpc.health.v1.Health/Check/../..{path}", $"{path}/",
            $"{path}?", $"{path}#", $"{path}%00", $"{path};x",
            path.Replace("/", "%2f", StringComparison.Ordinal), "/%65" + path[2..], $"http://localhost{path}", path.ToUpperInvariant(),
        })
        {
            yield return [.. unpaid.Select(header => header.Name == ":path" ? (":path", detour) : header)];
            yield return [.. spent.Select(header => header.Name == ":path" ? (":path", detour) : header)];
        }

        foreach (string contentType in new[]
        {
            "text/plain", "application/grpc-web", "application/grpc-web-text", "application/grpcx", "application/json", "",
        })
        {
            yield return [.. unpaid.Select(header => header.Name == "content-type" ? (header.Name, contentType) : header)];
            yield return [.. spent.Select(header => header.Name == "content-type" ? (header.Name, contentType) : header)];
        }

        foreach (string authority in new[] { "", "localhost", "127.0.0.1:1", "a,b", "*" })
        {
            yield return [.. unpaid.Select(header => header.Name == ":authority" ? (header.Name, authority) : header)];
        }
    }

    /// <summary>A call on a connection of its own, which it may ruin.</summary>
    private static async Task<RawReply> AloneAsync(AttackRun run, int gateway, Payment payment, List<(string Name, string Value)> headers)
    {
        await using RawHttp2 connection = await RawHttp2.ConnectAsync(run.Target.Gateways[gateway]);
        RawCall call = await connection.OpenAsync(headers);
        run.Counts.Begun(payment, call);
        await call.SendAsync(Wire.Frame(run.Target.Message), end: true);
        return await call.Reply.WithTimeout();
    }

    /// <summary>The head of an answer over HTTP/1.1; empty when the connection was closed without one.</summary>
    private static async Task<string> AskAsync(Uri gateway, string request)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(gateway.IdnHost, gateway.Port).WithTimeout();
        Stream stream = tcp.GetStream();
        if (gateway.Scheme == Uri.UriSchemeHttps)
        {
            var tls = new SslStream(stream);
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = gateway.IdnHost, ApplicationProtocols =
            [
                SslApplicationProtocol.Http11,
            ] }).WithTimeout();
            stream = tls;
        }

        await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        var head = new StringBuilder();
        byte[] buffer = new byte[4096];
        try
        {
            while (!head.ToString().Contains("\r\n\r\n", StringComparison.Ordinal)
                && await stream.ReadAsync(buffer).AsTask().WithTimeout() is > 0 and var length)
            {
                head.Append(Encoding.Latin1.GetString(buffer, 0, length));
            }
        }
        catch (IOException)
        {
            // Closed without an answer.
        }

        return head.ToString();
    }
}
