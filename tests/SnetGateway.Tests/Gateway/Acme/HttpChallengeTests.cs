using Microsoft.AspNetCore.Http;
using SnetGateway.Gateway.Acme;
using Xunit;

namespace SnetGateway.Tests.Gateway.Acme;

public sealed class HttpChallengeTests : IDisposable
{
    private const string Path = "/.well-known/acme-challenge/";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-acme-");
    private readonly AcmeAccount _account;

    public HttpChallengeTests()
    {
        _account = new AcmeAccount(new FolderAcmeStore(_folder.FullName));
    }

    public void Dispose()
    {
        _account.Dispose();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData("GET", "a.example.org", Path + "token", true)]
    [InlineData("GET", "A.Example.org:80", Path + "token", true)]
    [InlineData("GET", "b.example.org", Path + "token", false)]
    [InlineData("GET", "a.example.org", Path, false)]
    [InlineData("GET", "a.example.org", Path + "../token", false)]
    [InlineData("GET", "a.example.org", Path + "<script>", false)]
    [InlineData("GET", "a.example.org", "/", false)]
    [InlineData("GET", "a.example.org", "/livez", false)]
    [InlineData("POST", "a.example.org", Path + "token", false)]
    public async Task OnlyTokensOfConfiguredHosts_AreAnswered(string method, string host, string path, bool isAnswered)
    {
        AcmeKey key = await _account.GetAsync(default);
        (int status, string body) = await AskAsync(method, host, path);
        Assert.Equal(isAnswered ? (200, $"token.{key.Thumbprint}") : (404, ""), (status, body));
    }

    [Fact]
    public async Task WithoutAccount_NothingIsAnswered() => Assert.Equal((404, ""), await AskAsync("GET", "a.example.org", Path + "token"));

    private async Task<(int Status, string Body)> AskAsync(string method, string host, string path)
    {
        using var body = new MemoryStream();
        var context = new DefaultHttpContext
        {
            Request = { Method = method, Host = new HostString(host), Path = path },
            Response = { Body = body },
        };
        await new HttpChallenge(_account, ["a.example.org"]).RespondAsync(context);
        return (context.Response.StatusCode, System.Text.Encoding.UTF8.GetString(body.ToArray()));
    }
}
