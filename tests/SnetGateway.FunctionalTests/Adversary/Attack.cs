namespace SnetGateway.FunctionalTests.Adversary;

/// <summary>One way to get more than was paid for.</summary>
/// <param name="Name">What is refused.</param>
/// <param name="Needs">What it takes beside an endpoint and a funded key.</param>
/// <param name="RunAsync">Tries it.</param>
internal sealed record Attack(string Name, AttackNeeds Needs, Func<AttackRun, Task> RunAsync)
{
    /// <summary>Whether even a little of it takes long, so that the test suite leaves it to the command.</summary>
    public bool IsLong { get; init; }

    /// <summary>What of its needs a target does not have.</summary>
    public AttackNeeds Missing(AttackTarget target)
    {
        AttackNeeds has = AttackNeeds.Nothing;
        has |= target.RecipientKey is null ? 0 : AttackNeeds.RecipientKey;
        has |= target.Service is null ? 0 : AttackNeeds.Service;
        has |= target.Threshold <= AttackRun.MostBlocks ? AttackNeeds.ShortThreshold : 0;
        has |= target.Group is null ? 0 : AttackNeeds.OwnGroup;
        return Needs & ~has;
    }
}

/// <summary>What an attack takes beside an endpoint and a funded key.</summary>
[Flags]
internal enum AttackNeeds
{
    Nothing = 0,

    /// <summary>The key that claims.</summary>
    RecipientKey = 1,

    /// <summary>The example service, which counts executions.</summary>
    Service = 2,

    /// <summary>An expiration threshold that can be waited for.</summary>
    ShortThreshold = 4,

    /// <summary>Gateways, store, chain and service that can be killed, stopped, cut off and reorganised.</summary>
    OwnGroup = 8,
}
