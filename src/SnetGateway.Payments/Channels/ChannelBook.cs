using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Channels;

/// <summary>
/// The channels in memory: those that pay one of the groups, and those that pay others, so that the chain is not read twice for them.
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

    /// <summary>The groups that are served, replaced as a whole when the configuration changes.</summary>
    public IReadOnlyCollection<PaymentGroup> Groups
    {
        get => _groups;
        set
        {
            _groups = value;
            _foreign.Clear(); // a channel of another group may belong to a new group
        }
    }

    public int Count => _channels.Count;

    public IEnumerable<Channel> All => _channels.Select(pair => pair.Value);

    public Channel? Find(ChannelId id) => _channels.GetValueOrDefault(id);

    /// <summary>
    /// The reading of a channel that pays none of the groups. Checked against the current groups: it may have been stored while the groups
    /// were replaced.
    /// </summary>
    public bool TryFindForeign(ChannelId id, [NotNullWhen(true)] out ChannelReading? reading) =>
        _foreign.TryGetValue(id, out reading) && !IsOurs(reading);

    /// <summary>The channel with this id, added if it was unknown.</summary>
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

    /// <summary>Forgets these channels after a reorganisation: their ids can be given to others.</summary>
    public void ForgetForeign() => _foreign.Clear();

    private bool IsOurs(ChannelReading reading) => _groups.Any(group => group.Owns(reading));
}
