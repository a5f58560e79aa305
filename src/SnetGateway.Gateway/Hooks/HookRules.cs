using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Hooks;

/// <summary>Each hook has what its kind needs.</summary>
internal static class HookRules
{
    private const string Section = "SnetGateway:Log:Hooks";

    public static void Check(IReadOnlyDictionary<string, HookOptions> hooks, ErrorList errors)
    {
        foreach ((string name, HookOptions hook) in hooks)
        {
            string path = $"{Section}:{name}";
            switch (hook.Kind)
            {
                case HookOptions.KindEmail:
                    CheckEmail(hook.Email, $"{path}:{nameof(hook.Email)}", errors);
                    break;
                case HookOptions.KindWebhook:
                    CheckWebhook(hook.Webhook, $"{path}:{nameof(hook.Webhook)}", errors);
                    break;
                case HookOptions.KindTelegram:
                    Require(hook.Telegram.TokenPath, $"{path}:{nameof(hook.Telegram)}:{nameof(hook.Telegram.TokenPath)}", errors);
                    Require(hook.Telegram.ChatId, $"{path}:{nameof(hook.Telegram)}:{nameof(hook.Telegram.ChatId)}", errors);
                    break;
                case HookOptions.KindPlugin:
                    CheckPlugin(hook.Plugin, $"{path}:{nameof(hook.Plugin)}", errors);
                    break;
                case HookOptions.KindDaemon:
                    Require(hook.Daemon.Url, $"{path}:{nameof(hook.Daemon)}:{nameof(hook.Daemon.Url)}", errors);
                    Require(hook.Daemon.Recipient, $"{path}:{nameof(hook.Daemon)}:{nameof(hook.Daemon.Recipient)}", errors);
                    break;
            }
        }
    }

    private static void CheckEmail(EmailOptions email, string path, ErrorList errors)
    {
        Require(email.Host, $"{path}:{nameof(email.Host)}", errors);
        Require(email.From, $"{path}:{nameof(email.From)}", errors);
        Require(email.To.FirstOrDefault(), $"{path}:{nameof(email.To)}", errors);
        var keys = new KeyRules(path, errors);
        keys.Requires(email.UserName, email.PasswordPath);
        keys.Requires(email.PasswordPath, email.UserName);
        errors.Check($"{path}:{nameof(email.Encryption)}", (
            email.Encryption == EmailOptions.NoTls && !string.IsNullOrEmpty(email.PasswordPath),
            "the password would be sent without encryption",
            $"Write {EmailOptions.StartTls} or {EmailOptions.ImplicitTls}"));
    }

    private static void CheckWebhook(WebhookOptions webhook, string path, ErrorList errors)
    {
        Require(webhook.Url, $"{path}:{nameof(webhook.Url)}", errors);
        bool needsToken = webhook.Url?.Contains(WebhookHook.Token, StringComparison.Ordinal) == true;
        errors.Check($"{path}:{nameof(webhook.TokenPath)}", (
            needsToken && string.IsNullOrEmpty(webhook.TokenPath),
            $"not set, and {WebhookHook.Token} in the URL needs it",
            "Name the token's file"));
    }

    private static void CheckPlugin(PluginOptions plugin, string path, ErrorList errors)
    {
        Require(plugin.Assembly, $"{path}:{nameof(plugin.Assembly)}", errors);
        Require(plugin.Type, $"{path}:{nameof(plugin.Type)}", errors);
        if (!errors.Touches(path) && PluginHook.FindProblem(plugin.Assembly!, plugin.Type!) is { } problem)
        {
            errors.Add($"{path}:{nameof(plugin.Type)}", problem, "See docs/logging.md, 'A hook of your own'");
        }
    }

    private static void Require(string? value, string key, ErrorList errors) =>
        errors.Check(key, (string.IsNullOrEmpty(value), "missing, and this kind of hook needs it", "Set it"));
}
