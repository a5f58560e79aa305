namespace SnetGateway.Gateway.Admin;

/// <summary>The claims of one payee.</summary>
/// <param name="Payee">The payment address.</param>
/// <param name="IsClaimer">Whether this gateway was the last to look after them.</param>
/// <param name="HasClaimer">Whether a gateway does so now.</param>
/// <param name="LastRound">When the last round of this gateway ended; null for none.</param>
/// <param name="Problem">Why it failed; null if it did not.</param>
/// <param name="Open">The transactions that are not final.</param>
/// <param name="Finished">The newest of those that this gateway has seen end since it started, the newest first.</param>
public sealed record ClaimStatus(
    string Payee, bool IsClaimer, bool HasClaimer, DateTimeOffset? LastRound, string? Problem, IReadOnlyList<OpenTransaction> Open,
    IReadOnlyList<FinishedTransaction> Finished);

/// <summary>A transaction that is not final.</summary>
/// <param name="Number">Its number among those of the account.</param>
/// <param name="State">waiting or mined, at the last round; null when this gateway did not do it.</param>
/// <param name="Claims">Claims in it.</param>
/// <param name="Cogs">What they pay.</param>
/// <param name="Hash">What was sent last.</param>
/// <param name="MaxFee">The most wei for a unit of gas.</param>
/// <param name="GasLimit">The most gas.</param>
/// <param name="CreatedAt">The newest block when it was made.</param>
/// <param name="SentAt">The same when it was last sent with other fees.</param>
public sealed record OpenTransaction(
    ulong Number, string? State, int Claims, string Cogs, string Hash, ulong MaxFee, ulong GasLimit, ulong CreatedAt, ulong SentAt);

/// <summary>A transaction that is final.</summary>
/// <param name="Number">Its number among those of the account.</param>
/// <param name="At">When this gateway saw that.</param>
/// <param name="Outcome">paid, reverted, or otherTransaction when another one of the account took its number.</param>
/// <param name="Claims">Claims that the contract paid in it.</param>
/// <param name="Cogs">Cogs that it paid.</param>
/// <param name="Gas">Gas that it used.</param>
/// <param name="Hash">What was mined; null where it was another transaction.</param>
public sealed record FinishedTransaction(
    ulong Number, DateTimeOffset At, string Outcome, int Claims, string Cogs, ulong Gas, string? Hash);
