using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Prepaid;

/// <summary>A secret is long enough and not a public one. The schema has found that its file can be read. No message repeats it.</summary>
internal static class PrepaidRules
{
    public static void Check(PrepaidOptions options, ErrorList errors)
    {
        new KeyRules(PrepaidOptions.Section, errors).Requires(options.PreviousSecretPath, options.SecretPath);
        CheckSecret(nameof(options.SecretPath), options.SecretPath, errors);
        CheckSecret(nameof(options.PreviousSecretPath), options.PreviousSecretPath, errors);
    }

    private static void CheckSecret(string key, string? path, ErrorList errors)
    {
        if (string.IsNullOrEmpty(path) || errors.Covers($"{PrepaidOptions.Section}:{key}"))
        {
            return;
        }

        byte[] secret = [];
        bool isRead = Attempt.Succeeds(() => secret = PrepaidSecret.Read(path));
        const string Remedy = "Write a random one, as `openssl rand -base64 48` makes";
        errors.Check(
            $"{PrepaidOptions.Section}:{key}",
            (!isRead, $"the file {ErrorList.Quote(path)} cannot be read", "Allow the gateway's user to read it"),
            (secret.Length < PrepaidSecret.MinBytes, $"the secret in the file has fewer than {PrepaidSecret.MinBytes} bytes", Remedy),
            (PrepaidSecret.IsPublic(secret), "the secret in the file is the reference daemon's default, which is public", Remedy));
    }
}
