using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Channels;

/// <summary>
/// The channels that this gateway knows: those that pay one of its groups, and, so that nobody has the chain asked twice, those that pay
/// somebody else.
/// </summary>
/// <param name="groups">The groups that are served.</param>
/// <param name="finalityDepth">Blocks after which a channel's funds count as confirmed.</param>
public sealed class ChannelBook(IReadOnlyCollection<PaymentGroup> groups, ulong finalityDepth = ConfirmedFunds.UsualDepth)
{
    // A foreign channel costs about 400 bytes; there are as many as the contract has channels, a few thousand on the main network.
    private const int MaxForeign = 200_000;

    private readonly ConcurrentDictionary<ChannelId, Channel> _channels = new();
    private readonly ConcurrentDictionary<ChannelId, ChannelReading> _foreign = new();
    private volatile IReadOnlyCollection<PaymentGroup> _groups = groups;

    /// <summary>The groups that are served. Replaced whole when the configuration changes.</summary>
    public IReadOnlyCollection<PaymentGroup> Groups
    {
        get => _groups;
        set
        {
            _groups = value;
            _foreign.Clear(); // somebody else's yesterday may be ours today
        }
    }

    public int Count => _channels.Count;

    public IEnumerable<Channel> All => _channels.Select(pair => pair.Value);

    public Channel? Find(ChannelId id) => _channels.GetValueOrDefault(id);

    /// <summary>
    /// What was read of a channel that pays somebody else. By the groups of now: it may have been judged by those of before, and put in after
    /// they were replaced.
    /// </summary>
    public bool TryFindForeign(ChannelId id, [NotNullWhen(true)] out ChannelReading? reading) =>
        _foreign.TryGetValue(id, out reading) && !IsOurs(reading);

    /// <summary>The channel with this id, put in if it was not known. For the ledger's start.</summary>
    public Channel GetOrAdd(ChannelId id) => _channels.GetOrAdd(id, static (key, depth) => new Channel(key, depth), finalityDepth);

    /// <summary>Takes a reading in. True when the channel pays one of the groups.</summary>
    public bool Learn(ChannelReading reading, bool afterReorganisation = false)
    {
        Channel? known = Find(reading.Id);
        if (known is null && !IsOurs(reading))
        {
            if (_foreign.Count >= MaxForeign)
            {
                _foreign.Clear();
            }

            _foreign[reading.Id] = reading;
            return false;
        }

        (known ?? GetOrAdd(reading.Id)).Apply(reading, afterReorganisation);
        return true;
    }

    /// <summary>Forgets what may have been undone by a reorganisation: ids of vanished channels can be given to somebody else.</summary>
    public void ForgetForeign() => _foreign.Clear();

    private bool IsOurs(ChannelReading reading) => _groups.Any(group => group.Owns(reading));
}
