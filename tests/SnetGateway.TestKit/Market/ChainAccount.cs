namespace SnetGateway.TestKit.Market;

/// <summary>A funded account of the local chain. Its key is public: worthless anywhere else.</summary>
public sealed record ChainAccount(string Address, string PrivateKey);
