namespace SnetGateway.Payments.Ledger;

/// <summary>What one attempt to settle did.</summary>
public enum SettleOutcome
{
    /// <summary>The record holds this amount, this signature and this call's id, durably.</summary>
    Settled,

    /// <summary>Another writer moved the record first (a copy of the payment on another replica): not a byte goes out.</summary>
    LostRace,

    /// <summary>The channel was claimed meanwhile: the client should ask for its state and sign at the new nonce.</summary>
    NonceMoved,

    /// <summary>The store refused, and certainly nothing is written.</summary>
    NotWritten,

    /// <summary>No answer, and reading could not decide within the limit. The channel's next call begins by deciding it.</summary>
    Unknown,
}
