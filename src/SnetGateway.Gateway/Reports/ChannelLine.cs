using SnetGateway.Payments.Counters;
using SnetGateway.Payments.Ledger;
using SnetGateway.Payments.Records;

namespace SnetGateway.Gateway.Reports;

/// <summary>One channel as the commands and the admin API show it. Amounts are cogs.</summary>
/// <param name="Channel">Its id.</param>
/// <param name="Nonce">The nonce of the authorized amount.</param>
/// <param name="Authorised">What is signed at this nonce.</param>
/// <param name="Credit">What the payer has signed and not spent.</param>
/// <param name="Value">What it holds on chain; null before it was read.</param>
/// <param name="Expiration">The block at which the sender can take it back; null before it was read.</param>
/// <param name="Sender">Whose tokens it holds.</param>
/// <param name="Signer">Whose signatures it takes.</param>
/// <param name="Planned">What prepaid calls were bought for at this nonce; null for none.</param>
/// <param name="Used">What of it is used.</param>
/// <param name="LastChange">The time of its newest journal entry.</param>
internal sealed record ChannelLine(
    string Channel, string Nonce, string Authorised, string Credit, string? Value, string? Expiration, string Sender, string Signer,
    string? Planned, string? Used, DateTimeOffset? LastChange)
{
    private static readonly string[] s_columns =
    [
        "channel", "nonce", "authorised", "planned", "used", "credit", "value", "expires at block", "sender", "last change",
    ];

    public static async ValueTask<ChannelLine> ReadAsync(
        LedgerHistory history, ChannelRecord record, CancellationToken cancellationToken)
    {
        CounterRecord? plan = await history.PlanAsync(record, cancellationToken);
        return new ChannelLine(
            record.Id.ToString(), record.Nonce.ToString(), record.Amount.ToString(), record.Credit.Total.ToString(),
            record.Reading?.Value.ToString(), record.Reading?.Expiration.ToString(), record.Sender.ToString(), record.Signer.ToString(),
            plan?.Planned.ToString(), plan?.Used.ToString(),
            record.NewestEntry.IsEmpty ? null : JournalEntry.Read(record.NewestEntry).At);
    }

    /// <summary>A row for each channel.</summary>
    public static ReportTable Table(IEnumerable<ChannelLine> channels) => new(
        s_columns,
        [
            .. channels.Select(channel => new[]
            {
                channel.Channel, channel.Nonce, channel.Authorised, channel.Planned ?? "-", channel.Used ?? "-", channel.Credit,
                channel.Value ?? "-", channel.Expiration ?? "-", channel.Sender,
                channel.LastChange is { } at ? ReportText.Time(at) : "-",
            }),
        ],
        column => column <= 7);
}
