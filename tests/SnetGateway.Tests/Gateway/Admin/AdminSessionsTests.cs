using Microsoft.AspNetCore.Http;
using SnetGateway.Gateway.Admin;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.Gateway.Admin;

/// <summary>How many browsers may be logged in, and for how long.</summary>
public sealed class AdminSessionsTests
{
    private readonly TestTimeProvider _time = new();
    private readonly AdminSessions _sessions;

    public AdminSessionsTests()
    {
        _sessions = new AdminSessions(_time);
    }

    [Fact]
    public void Session_EndsAfterTwelveHours_HoweverMuchItIsUsed()
    {
        string cookie = Begin();
        for (int hour = 0; hour < 12; hour++)
        {
            Assert.True(Admits(cookie), $"hour {hour}");
            _time.Advance(TimeSpan.FromHours(1));
        }

        Assert.False(Admits(cookie));
    }

    [Fact]
    public void SessionBeyondTheBound_EndsTheOldest()
    {
        string[] cookies = [.. Enumerable.Range(0, AdminSessions.Max).Select(_ => Later())];
        Assert.All(cookies, cookie => Assert.True(Admits(cookie)));
        string last = Later();
        Assert.False(Admits(cookies[0]));
        Assert.All([.. cookies[1..], last], cookie => Assert.True(Admits(cookie)));

        string Later()
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            return Begin();
        }
    }

    [Fact]
    public void SessionsThatAreOver_TakeNoPlace()
    {
        for (int i = 0; i < AdminSessions.Max - 1; i++)
        {
            Begin();
        }

        _time.Advance(TimeSpan.FromHours(11));
        string younger = Begin();
        _time.Advance(TimeSpan.FromHours(1));
        string[] cookies = [.. Enumerable.Range(0, AdminSessions.Max - 1).Select(_ => Begin())];
        Assert.All([.. cookies, younger], cookie => Assert.True(Admits(cookie)));
    }

    [Fact]
    public void Logout_EndsItsSessionOnly()
    {
        string one = Begin();
        string other = Begin();
        HttpContext context = Request(one);
        _sessions.End(context);
        Assert.False(Admits(one));
        Assert.True(Admits(other));
        Assert.Contains("expires=Thu, 01 Jan 1970", context.Response.Headers.SetCookie.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(64)]
    [InlineData(1_000)]
    public void UnknownId_IsNotAdmitted(int length)
    {
        Begin();
        Assert.False(Admits($"snet-admin-0={new string('0', length)}"));
    }

    /// <summary>The cookie that the browser sends from then on.</summary>
    private string Begin()
    {
        var context = new DefaultHttpContext();
        _sessions.Begin(context);
        return context.Response.Headers.SetCookie.ToString().Split(';')[0];
    }

    private bool Admits(string cookie) => _sessions.Admits(Request(cookie).Request);

    private static DefaultHttpContext Request(string cookie) => new() { Request = { Headers = { Cookie = cookie } } };
}
