namespace SnetGateway.Gateway.PaymentCore;

/// <summary>
/// The configured ledger knows less than the one that was used last. The message says what the operator can do; the gateway exits with
/// code 2.
/// </summary>
internal sealed class LedgerBehindException(string message) : Exception(message);
