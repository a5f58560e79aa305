namespace SnetGateway.Payments.Records;

/// <summary>A stored value is not in a form that this version writes: damaged, or of a newer version.</summary>
public sealed class LedgerFormatException : Exception
{
    public LedgerFormatException(string message)
        : base(message)
    {
    }

    public LedgerFormatException(string message, Exception inner)
        : base(message, inner)
    {
    }

    public LedgerFormatException()
    {
    }
}
