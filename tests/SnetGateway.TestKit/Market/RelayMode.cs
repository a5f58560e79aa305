namespace SnetGateway.TestKit.Market;

/// <summary>What a relay does with a question.</summary>
public enum RelayMode
{
    /// <summary>Passes it on.</summary>
    Answers,

    /// <summary>Breaks the connection.</summary>
    Refuses,

    /// <summary>Takes it and says nothing, as a frozen node.</summary>
    IsSilent,
}
