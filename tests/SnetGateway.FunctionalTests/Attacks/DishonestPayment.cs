using SnetGateway.Payments.Values;

namespace SnetGateway.FunctionalTests.Attacks;

/// <summary>One row of the table of attacks: what is sent, and what must come back.</summary>
/// <param name="Name">What is wrong with it.</param>
/// <param name="Stage">How far it may get.</param>
/// <param name="Send">The headers, for a channel on which 10 cogs are paid and the next 10 are on their way.</param>
/// <param name="Status">The documented status.</param>
/// <param name="Message">The documented text.</param>
/// <param name="Looks">How often the chain may be asked.</param>
internal sealed record DishonestPayment(
    string Name, AttackStage Stage, Func<ChannelId, IEnumerable<(string Name, string Value)>> Send, int Status,
    Func<ChannelId, string> Message, int Looks = 0)
{
    public DishonestPayment(
        string name, AttackStage stage, Func<ChannelId, IEnumerable<(string Name, string Value)>> send, int status, string message,
        int looks = 0)
        : this(name, stage, send, status, _ => message, looks)
    {
    }

    /// <summary>Opens the channel; the row's own kind of channel where it needs one.</summary>
    public Func<AttackGateway, ChannelId>? Open { get; init; }

    /// <summary>The same headers with one of them replaced, or taken off with null.</summary>
    public static List<(string Name, string Value)> With(
        IEnumerable<(string Name, string Value)> headers, string key, params string[] values) =>
        [.. headers.Where(header => header.Name != key), .. values.Select(value => (key, value))];
}

/// <summary>How far an attack may get.</summary>
internal enum AttackStage
{
    /// <summary>The metadata is wrong: nobody asks who signed.</summary>
    Shape,

    /// <summary>Known to be wrong from memory. The channel's turn, held by another call, is not waited for.</summary>
    Memory,

    /// <summary>Wrong against the record: judged in the channel's turn.</summary>
    Turn,
}
