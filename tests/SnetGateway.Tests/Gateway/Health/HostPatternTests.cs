using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using SnetGateway.Gateway.Health.Heartbeats;
using Xunit;

namespace SnetGateway.Tests.Gateway.Health;

/// <summary>
/// The control methods and `/heartbeat` find a service by the host as routing does, so that they are never those of another service than
/// the one that a call at the same host would pay.
/// </summary>
public sealed class HostPatternTests
{
    private static readonly string[] s_patterns =
    [
        "a.example", "A.Example", "a.example:443", "a.example:80", "a.example:7000", "*.example", "*.a.example", "*.example:7000",
        "*.example:443", "127.0.0.1", "127.0.0.1:80", "a.example.", "*", "*:7000",
    ];

    private static readonly string[] s_hosts =
    [
        "a.example", "A.EXAMPLE", "a.example:443", "a.example:80", "a.example:7000", "b.a.example", "b.A.example:7000", "example",
        ".example", "xa.example", "[::1]", "[::1]:7000", "[0:0:0:0:0:0:0:1]", "127.0.0.1", "127.0.0.1:80", "127.1", "a.example.",
        "a.example.:7000", "",
    ];

    [Fact]
    public async Task Host_MatchesAPattern_WhereRoutingMatchesIt()
    {
        foreach (string pattern in s_patterns)
        {
            RequestDelegate routing = Routing(pattern);
            foreach (string host in s_hosts)
            {
                foreach (string scheme in (string[])["http", "https"])
                {
                    (bool isFound, HttpRequest request) = await RouteAsync(routing, host, scheme);
                    Assert.True(
                        isFound == HostPattern.Matches(pattern, HostPattern.AuthorityOf(request)),
                        $"{pattern} and {scheme}://{host}: routing {(isFound ? "matches" : "does not match")}");
                }
            }
        }
    }

    /// <summary>The framework's routing with one route.</summary>
    private static RequestDelegate Routing(string pattern)
    {
        WebApplication app = WebApplication.CreateSlimBuilder().Build();
        var application = new ApplicationBuilder(app.Services);
        application.UseRouting();
        application.UseEndpoints(endpoints => endpoints.Map("/{**path}", context =>
        {
            context.Response.StatusCode = StatusCodes.Status202Accepted;
            return Task.CompletedTask;
        }).RequireHost(pattern));
        return application.Build();
    }

    private static async Task<(bool IsFound, HttpRequest Request)> RouteAsync(RequestDelegate routing, string host, string scheme)
    {
        var context = new DefaultHttpContext { Request = { Method = "POST", Path = "/a/b", Scheme = scheme, Host = new HostString(host) } };
        await routing(context);
        return (context.Response.StatusCode == StatusCodes.Status202Accepted, context.Request);
    }
}
