using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using MimeKit.Text;

namespace SnetGateway.Gateway.Hooks;

/// <summary>Sends batches as mail.</summary>
internal sealed class EmailHook(EmailOptions options) : IHook
{
    public async Task DeliverAsync(HookBatch batch, CancellationToken cancellationToken)
    {
        using var message = new MimeMessage(
            [MailboxAddress.Parse(options.From!)], options.To.Select(MailboxAddress.Parse), HookText.Title(batch),
            new TextPart(TextFormat.Plain) { Text = HookText.Body(batch) });
        message.Headers.Add("Auto-Submitted", "auto-generated"); // keeps out-of-office replies away

        using var smtp = new SmtpClient();
        if (options.CaPath is { Length: > 0 } authorities)
        {
            smtp.CheckCertificateRevocation = false;
            smtp.ServerCertificateValidationCallback = (_, certificate, _, problems) => IsTrusted(certificate, problems, authorities);
        }

        await smtp.ConnectAsync(options.Host!, options.Port, Security(options.Encryption), cancellationToken);
        if (options.UserName is { Length: > 0 } user)
        {
            await AuthenticateAsync(smtp, user, cancellationToken);
        }

        await smtp.SendAsync(message, cancellationToken);
        await smtp.DisconnectAsync(quit: true, cancellationToken);
    }

    private async Task AuthenticateAsync(SmtpClient smtp, string user, CancellationToken cancellationToken)
    {
        try
        {
            await smtp.AuthenticateAsync(user, HookSecret.Read(options.PasswordPath) ?? "", cancellationToken);
        }
        catch (Exception exception) when (exception is AuthenticationException or SmtpCommandException or SaslException)
        {
            // Not the server's text, which may repeat them.
            throw new HookException($"{options.Host} refused the user name or the password.");
        }
    }

    private static SecureSocketOptions Security(string encryption) => encryption switch
    {
        EmailOptions.StartTls => SecureSocketOptions.StartTls,
        EmailOptions.ImplicitTls => SecureSocketOptions.SslOnConnect,
        _ => SecureSocketOptions.None,
    };

    private static bool IsTrusted(X509Certificate? certificate, SslPolicyErrors problems, string authorities)
    {
        if ((problems & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None || certificate is null)
        {
            return false;
        }

        using var chain = new X509Chain
        {
            ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck },
        };
        chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(authorities);
        return chain.Build((X509Certificate2)certificate);
    }
}
