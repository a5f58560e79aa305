using System.Text.Json;
using MailKit.Security;
using Microsoft.Extensions.Logging;
using SnetGateway.Gateway.Hooks;
using SnetGateway.TestKit.Etcd;
using SnetGateway.TestKit.Monitoring;
using SnetGateway.TestKit.Processes;
using SnetGateway.TestKit.Stores;
using Xunit;

namespace SnetGateway.Tests.Gateway.Hooks;

/// <summary>Mail to a real SMTP server.</summary>
[Trait("Needs", "smtp")]
public sealed class EmailHookTests : IDisposable
{
    private const string Password = "canary-9c27";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-mail-");
    private readonly EtcdTls _tls;

    public EmailHookTests()
    {
        _tls = StoreCertificates.Write(_folder.FullName, "mail");
        File.WriteAllText(PasswordFile, $"{Password}\n");
    }

    private string PasswordFile => Path.Combine(_folder.FullName, "password");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Mail_ArrivesEncrypted_WithEveryEventAndTheSummary()
    {
        await using SmtpServerProcess server = await SmtpServerProcess.StartAsync(Password, _tls.CertificateFile, _tls.KeyFile);
        await using var run = new HookRun(new EmailHook(Options(server)));
        run.Loggers.CreateLogger("area").LogError(new EventId(7, "Named"), "Of a client: {Text}", "Zoë\r\nBcc: thief@example.org\u202e");
        for (int i = 0; i < 300; i++)
        {
            run.Log(i);
        }

        await run.PassAsync(TimeSpan.FromSeconds(1));
        JsonElement mail = await server.NextAsync();
        Assert.True(mail.GetProperty("encrypted").GetBoolean());
        Assert.Equal(SmtpServerProcess.User, mail.GetProperty("user").GetString());
        Assert.Equal("gateway@example.org", mail.GetProperty("from").GetString());
        Assert.Equal(["operator@example.org", "other@example.org"], mail.GetProperty("to").EnumerateArray().Select(one => one.GetString()));
        Assert.Equal("auto-generated", mail.GetProperty("automatic").GetString());
        Assert.Equal($"snet-gateway on {Environment.MachineName}: Named (7) and 300 more", mail.GetProperty("subject").GetString());
        string body = mail.GetProperty("body").GetString()!.ReplaceLineEndings("\n");
        Assert.Contains("Error: Named (7)\nOf a client: Zoë\nBcc: thief@example.org \n\n", body, StringComparison.Ordinal);
        Assert.Contains("Number 198 failed.", body, StringComparison.Ordinal);
        Assert.Contains("101 more events are in no delivery: Failed 101. The log has them.", body, StringComparison.Ordinal);
        Assert.DoesNotContain(run.Lines, line => line.Contains("HookFails", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ServerWithoutStartTls_GetsNothing_UnlessTheOperatorSaysSo()
    {
        await using SmtpServerProcess server = await SmtpServerProcess.StartAsync(Password);
        EmailOptions options = Options(server);
        await Assert.ThrowsAsync<NotSupportedException>(() => new EmailHook(options).DeliverAsync(Batch(), CancellationToken.None));

        options.Encryption = EmailOptions.NoTls;
        options.UserName = options.PasswordPath = null;
        await new EmailHook(options).DeliverAsync(Batch(), CancellationToken.None);
        Assert.False((await server.NextAsync()).GetProperty("encrypted").GetBoolean());
    }

    [Fact]
    public async Task ServerOfAnotherAuthority_IsNotTrusted()
    {
        await using SmtpServerProcess server = await SmtpServerProcess.StartAsync(Password, _tls.CertificateFile, _tls.KeyFile);
        EmailOptions options = Options(server);
        foreach (string? authority in (string?[])[null, StoreCertificates.Write(_folder.FullName, "other").CaFile])
        {
            options.CaPath = authority;
            await Assert.ThrowsAsync<SslHandshakeException>(() => new EmailHook(options).DeliverAsync(Batch(), CancellationToken.None));
        }
    }

    [Fact]
    public async Task WrongPassword_IsAFailure_ThatDoesNotRepeatIt()
    {
        await using SmtpServerProcess server = await SmtpServerProcess.StartAsync("another", _tls.CertificateFile, _tls.KeyFile);
        await using var run = new HookRun(new EmailHook(Options(server)));
        run.Log();
        await run.PassAsync(TimeSpan.FromSeconds(1));
        await Eventually.TrueAsync("the failure is logged", () => Task.FromResult(run.Lines.Any(
            line => line.Contains("127.0.0.1 refused the user name or the password.", StringComparison.Ordinal))));
        Assert.DoesNotContain(run.Lines, line => line.Contains(Password, StringComparison.Ordinal));
    }

    private static HookBatch Batch() => new("here", "1.0", [], new Dictionary<string, long> { ["Failed"] = 3 });

    private EmailOptions Options(SmtpServerProcess server) => new()
    {
        Host = "127.0.0.1", Port = server.Port, CaPath = _tls.CaFile, UserName = SmtpServerProcess.User, PasswordPath = PasswordFile,
        From = "gateway@example.org", To = ["operator@example.org", "other@example.org"],
    };
}
