namespace SnetGateway.Payments.Records;

/// <summary>A stored value is not in a form that this version writes: damaged, or of a newer version.</summary>
public sealed class LedgerFormatException(string message, Exception? inner = null) : Exception(message, inner);
