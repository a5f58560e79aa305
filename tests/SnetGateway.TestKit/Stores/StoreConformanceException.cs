namespace SnetGateway.TestKit.Stores;

/// <summary>A store violated a rule; the message names the rule and the seed.</summary>
public sealed class StoreConformanceException : Exception
{
    public StoreConformanceException(string message, Exception inner)
        : base(message, inner)
    {
    }

    public StoreConformanceException(string message)
        : base(message)
    {
    }

    public StoreConformanceException()
    {
    }
}
