using Nethereum.ABI.FunctionEncoding.Attributes;

namespace SnetGateway.Ethereum.Abi;

/// <summary>`token()` of the escrow contract: the contract of the token that it holds.</summary>
[Function("token", "address")]
internal sealed class TokenFunction;

/// <summary>`balanceOf(address)` of the token's contract.</summary>
[Function("balanceOf", "uint256")]
internal sealed class BalanceOfFunction
{
    [Parameter("address", "owner", 1)]
    public string Owner { get; set; } = "";
}
