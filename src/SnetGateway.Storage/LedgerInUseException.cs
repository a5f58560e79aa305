namespace SnetGateway.Storage;

/// <summary>Another process owns this ledger file. The message names the owner; the gateway exits with code 2.</summary>
public sealed class LedgerInUseException : Exception
{
    public LedgerInUseException(string message)
        : base(message)
    {
    }

    public LedgerInUseException(string message, Exception inner)
        : base(message, inner)
    {
    }

    public LedgerInUseException()
    {
    }
}
