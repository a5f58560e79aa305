using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.Limits;

/// <summary>What one call needs of a limit that is taken in parts.</summary>
/// <param name="Period">The number of the period that the call is in, from 0.</param>
/// <param name="Limit">What all replicas together may take in the period.</param>
/// <param name="Amount">What the call needs, above zero.</param>
/// <param name="LeastPart">A part is at least as large, if as much is left.</param>
/// <param name="MaxAhead">Periods by which the clock of another replica may be ahead.</param>
public readonly record struct PartRequest(long Period, UInt256 Limit, UInt256 Amount, UInt256 LeastPart, long MaxAhead);

/// <summary>How a request ended.</summary>
/// <param name="Outcome">Whether the call has its amount.</param>
/// <param name="Period">The period whose limit it used: to give it back.</param>
public readonly record struct PartResult(PartOutcome Outcome, long Period = 0);

/// <summary>Whether a call may use its amount.</summary>
public enum PartOutcome
{
    /// <summary>The amount is the call's.</summary>
    Taken,

    /// <summary>Less than the amount is left until the period ends. Nothing was taken for the call.</summary>
    UsedUp,

    /// <summary>The store cannot be read or written. The call has nothing.</summary>
    Unavailable,
}
