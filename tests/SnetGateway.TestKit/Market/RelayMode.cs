namespace SnetGateway.TestKit.Market;

/// <summary>What a relay does with a request.</summary>
public enum RelayMode
{
    /// <summary>Forwards it.</summary>
    Answers,

    /// <summary>Closes the connection.</summary>
    Refuses,

    /// <summary>Accepts it and never responds, like a frozen node.</summary>
    IsSilent,
}
