namespace SnetGateway.Gateway.Dashboard;

/// <summary>A step of a call or of a channel, from one party to another.</summary>
/// <param name="From">Who does it.</param>
/// <param name="To">To whom; the same for a step that it does by itself.</param>
/// <param name="Text">What happens.</param>
/// <param name="Detail">More about it; null for no more.</param>
/// <param name="Result">`ok`, `refused`, or null where it has none.</param>
/// <param name="Link">A page about it; null for none.</param>
public sealed record SequenceStep(
    SequenceParty From, SequenceParty To, string Text, string? Detail = null, string? Result = null, string? Link = null);

/// <summary>The parties, in the order in which they are drawn.</summary>
public enum SequenceParty
{
    /// <summary>Who calls and pays.</summary>
    Consumer,

    /// <summary>This gateway with its ledger.</summary>
    Gateway,

    /// <summary>What is called.</summary>
    Service,

    /// <summary>The escrow contract.</summary>
    Chain,
}
