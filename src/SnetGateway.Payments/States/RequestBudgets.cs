using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.States;

/// <summary>
/// Limits the requests that each caller of the control methods may make, which cost it nothing. A party of a known channel, and a user who
/// has a free-call token, is counted by the address that signed the request; everyone else by the network of the client, because an
/// address costs its maker nothing. So others cannot use up the requests of a party, also not from behind the same load balancer.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="perMinute">Requests of one caller in a minute, as configured now.</param>
public sealed class RequestBudgets(TimeProvider time, Func<int> perMinute)
{
    /// <summary>The text for a caller over the limit, in place of any other.</summary>
    public const string Refusal = "too many requests, please try again later";

    /// <summary>The time after which a caller is served again, at most.</summary>
    public static readonly TimeSpan Period = CallerBudget<Address>.Period;

    private readonly CallerBudget<Address> _parties = new(time);
    private readonly CallerBudget<Address> _users = new(time);
    private readonly CallerBudget<ClientNetwork> _clients = new(time);

    /// <summary>Counts a request of a channel's party. False when it is over the limit.</summary>
    public bool TryTakeParty(Address signer) => _parties.TryTake(signer, perMinute());

    /// <summary>Counts a request of a user who has a free-call token. False when it is over the limit.</summary>
    public bool TryTakeUser(Address user) => _users.TryTake(user, perMinute());

    /// <summary>Counts a request of an unknown caller. False when it is over the limit.</summary>
    public bool TryTakeClient(ClientNetwork client) => _clients.TryTake(client, perMinute());
}
