using System.ComponentModel.DataAnnotations;

namespace SnetGateway.Gateway.Hooks;

/// <summary>A destination outside of the gateway that gets log events.</summary>
public sealed class HookOptions
{
    public const string KindEmail = "email";
    public const string KindWebhook = "webhook";
    public const string KindTelegram = "telegram";
    public const string KindPlugin = "plugin";
    public const string KindDaemon = "daemon";
    public const string AllAlerts = "all";
    public const string CriticalAlerts = "critical";
    public const string NoAlerts = "none";

    /// <summary>
    /// How it delivers: email, webhook (a JSON document by HTTP POST), telegram, plugin (your own class), or daemon (alerts only, in the
    /// request that the platform's daemon makes).
    /// </summary>
    [Required, AllowedValues(KindEmail, KindWebhook, KindTelegram, KindPlugin, KindDaemon)]
    public string Kind { get; set; } = "";

    /// <summary>
    /// The lowest level of the log events that it gets; None for alerts only. Only events that are logged at all (`Logging:LogLevel`) reach
    /// it. Default Error.
    /// </summary>
    public LogLevel Level { get; set; } = LogLevel.Error;

    /// <summary>The alerts that it gets: all, critical or none. Default all.</summary>
    [AllowedValues(AllAlerts, CriticalAlerts, NoAlerts)]
    public string Alerts { get; set; } = AllAlerts;

    /// <summary>
    /// Shortest time between two deliveries, 1 s to 1 day. A delivery holds up to 200 events of this time and the number of all others. An
    /// alert waits for at most 30 s of it. Default 1 minute.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Interval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>For email: the server, the sender and the recipients.</summary>
    public EmailOptions Email { get; set; } = new();

    /// <summary>For webhook: the URL.</summary>
    public WebhookOptions Webhook { get; set; } = new();

    /// <summary>For telegram: the bot and the chat.</summary>
    public TelegramOptions Telegram { get; set; } = new();

    /// <summary>For plugin: the assembly and the class.</summary>
    public PluginOptions Plugin { get; set; } = new();

    /// <summary>For daemon: the web service and the recipient.</summary>
    public DaemonHookOptions Daemon { get; set; } = new();
}

/// <summary>Mail through an SMTP server.</summary>
public sealed class EmailOptions
{
    public const string StartTls = "starttls";
    public const string ImplicitTls = "tls";
    public const string NoTls = "none";

    /// <summary>Host of the SMTP server.</summary>
    public string? Host { get; set; }

    /// <summary>Its port, 1 to 65,535. Default 587.</summary>
    [Range(1, 65_535)]
    public int Port { get; set; } = 587;

    /// <summary>
    /// Encryption: starttls (nothing is sent to a server that does not offer it), tls (from the first byte, usually port 465) or none.
    /// Default starttls.
    /// </summary>
    [AllowedValues(StartTls, ImplicitTls, NoTls)]
    public string Encryption { get; set; } = StartTls;

    /// <summary>PEM file with the authorities of the server's certificate. Unset or empty: the authorities of the system.</summary>
    [DataType("file")]
    public string? CaPath { get; set; }

    /// <summary>User name. Unset or empty: the server asks for none.</summary>
    public string? UserName { get; set; }

    /// <summary>File with the password, read at each delivery.</summary>
    [DataType("secret file")]
    public string? PasswordPath { get; set; }

    /// <summary>Address of the sender.</summary>
    [DataType("e-mail")]
    public string? From { get; set; }

    /// <summary>Addresses of the recipients.</summary>
    [DataType("e-mail")]
    public string[] To { get; set; } = [];
}

/// <summary>An HTTP POST with a JSON document.</summary>
public sealed class WebhookOptions
{
    /// <summary>
    /// The URL. `{token}` in it is replaced by the token, for services whose URL is the secret. A response with a status from 200 to 299 is
    /// a success; redirects are not followed.
    /// </summary>
    [DataType("url")]
    public string? Url { get; set; }

    /// <summary>
    /// File with a token, read at each delivery. It is sent as `Authorization: Bearer`, unless `Url` contains `{token}`. Unset or empty:
    /// none.
    /// </summary>
    [DataType("secret file")]
    public string? TokenPath { get; set; }
}

/// <summary>A message of a Telegram bot.</summary>
public sealed class TelegramOptions
{
    /// <summary>File with the bot's token, read at each delivery.</summary>
    [DataType("secret file")]
    public string? TokenPath { get; set; }

    /// <summary>Id of the chat, or the name of a channel, as @operators.</summary>
    public string? ChatId { get; set; }

    /// <summary>If true, messages make no sound. Default false.</summary>
    public bool Silent { get; set; }

    /// <summary>Address of the Bot API, for a server of your own. Default https://api.telegram.org.</summary>
    [DataType("url"), MinLength(1)]
    public string Address { get; set; } = "https://api.telegram.org";
}

/// <summary>A class of your own.</summary>
public sealed class PluginOptions
{
    /// <summary>Path of the assembly. Its dependencies are beside it.</summary>
    [DataType("file")]
    public string? Assembly { get; set; }

    /// <summary>Full name of the class that implements `SnetGateway.Gateway.Hooks.IHook`.</summary>
    public string? Type { get; set; }

    /// <summary>Settings that its constructor gets, by names of your choice. Name files for secrets.</summary>
    [DataType(DataType.Password)]
    public Dictionary<string, string> Settings { get; set; } = [];
}

/// <summary>The alert call of the platform's daemon: a web service that passes an alert on to a recipient.</summary>
public sealed class DaemonHookOptions
{
    /// <summary>URL of the web service; `notification_endpoint` of a daemon.</summary>
    [DataType("url")]
    public string? Url { get; set; }

    /// <summary>The address that the service passes alerts on to; `alerts_email` of a daemon.</summary>
    [DataType("e-mail")]
    public string? Recipient { get; set; }
}
