using System.Globalization;
using System.Text.Json;
using SnetGateway.TestKit.Processes;

namespace SnetGateway.TestKit.Monitoring;

/// <summary>Debian's SMTP server aiosmtpd, which takes mail only after STARTTLS and a login, unless it has no certificate.</summary>
public sealed class SmtpServerProcess : IAsyncDisposable
{
    /// <summary>The only user; the password is the test's.</summary>
    public const string User = "gateway";

    private readonly ChildProcess _process;

    private SmtpServerProcess(ChildProcess process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    /// <summary>Starts it and waits until it listens on 127.0.0.1.</summary>
    /// <param name="password">The user's password.</param>
    /// <param name="certificate">PEM file of its certificate; null for a server without STARTTLS.</param>
    /// <param name="key">PEM file of the certificate's key.</param>
    public static async Task<SmtpServerProcess> StartAsync(string password, string? certificate = null, string? key = null)
    {
        FastRun.Refuse("smtp");
        int port = FreePort.Find();
        var process = ChildProcess.Start(
            "/usr/bin/python3",
            [
                RepositoryFiles.PathOf("tests/SnetGateway.TestKit/Monitoring/smtp-server.py"),
                port.ToString(CultureInfo.InvariantCulture), certificate ?? "-", key ?? "-", password,
            ]);
        await process.WaitForLineAsync(line => line == "listening");
        return new SmtpServerProcess(process, port);
    }

    /// <summary>The next mail.</summary>
    public async Task<JsonElement> NextAsync() =>
        JsonDocument.Parse(await _process.WaitForLineAsync(line => line.StartsWith('{'))).RootElement;

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
