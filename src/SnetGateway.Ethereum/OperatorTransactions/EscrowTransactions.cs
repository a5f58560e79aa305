using System.Numerics;
using Nethereum.ABI.FunctionEncoding.Attributes;
using SnetGateway.Ethereum.Abi;
using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.OperatorTransactions;

/// <summary>Call data of the transactions by which consumers keep channels, and of those that give the contract tokens.</summary>
internal static class EscrowTransactions
{
    /// <summary>`approve` of the token: the contract may take so many cogs.</summary>
    public static byte[] Approve(Address escrow, UInt256 cogs) =>
        CallData.Encode(new ApproveFunction { Spender = $"{escrow}", Value = cogs.ToBigInteger() });

    /// <summary>`allowance` of the token: what the contract may take.</summary>
    public static byte[] Allowance(Address owner, Address escrow) =>
        CallData.Encode(new AllowanceFunction { Owner = $"{owner}", Spender = $"{escrow}" });

    /// <summary>`balances`: the cogs of an address in the contract that are in no channel.</summary>
    public static byte[] Balance(Address owner) => CallData.Encode(new BalancesFunction { Owner = $"{owner}" });

    /// <summary>`deposit` of cogs.</summary>
    public static byte[] Deposit(UInt256 cogs) => CallData.Encode(new DepositFunction { Value = cogs.ToBigInteger() });

    /// <summary>`openChannel` from what is deposited.</summary>
    public static byte[] Open(Address signer, Address recipient, Bytes32 groupId, UInt256 cogs, UInt256 expiration) =>
        CallData.Encode(new OpenChannelFunction
        {
            Signer = $"{signer}", Recipient = $"{recipient}", GroupId = groupId.ToBytes(), Value = cogs.ToBigInteger(),
            Expiration = expiration.ToBigInteger(),
        });

    /// <summary>`channelExtend` to a block.</summary>
    public static byte[] Extend(ChannelId channel, UInt256 expiration) =>
        CallData.Encode(new ExtendFunction { ChannelId = channel.Value.ToBigInteger(), Expiration = expiration.ToBigInteger() });

    /// <summary>`channelAddFunds` from what is deposited.</summary>
    public static byte[] AddFunds(ChannelId channel, UInt256 cogs) =>
        CallData.Encode(new AddFundsFunction { ChannelId = channel.Value.ToBigInteger(), Amount = cogs.ToBigInteger() });

    /// <summary>`channelClaimTimeout`: the sender takes an expired channel's funds back.</summary>
    public static byte[] Withdraw(ChannelId channel) =>
        CallData.Encode(new ClaimTimeoutFunction { ChannelId = channel.Value.ToBigInteger() });

    [Function("approve", "bool")]
    private sealed class ApproveFunction
    {
        [Parameter("address", "spender", 1)]
        public string Spender { get; set; } = "";

        [Parameter("uint256", "value", 2)]
        public BigInteger Value { get; set; }
    }

    [Function("allowance", "uint256")]
    private sealed class AllowanceFunction
    {
        [Parameter("address", "owner", 1)]
        public string Owner { get; set; } = "";

        [Parameter("address", "spender", 2)]
        public string Spender { get; set; } = "";
    }

    [Function("balances", "uint256")]
    private sealed class BalancesFunction
    {
        [Parameter("address", "", 1)]
        public string Owner { get; set; } = "";
    }

    [Function("deposit", "bool")]
    private sealed class DepositFunction
    {
        [Parameter("uint256", "value", 1)]
        public BigInteger Value { get; set; }
    }

    [Function("openChannel", "bool")]
    private sealed class OpenChannelFunction
    {
        [Parameter("address", "signer", 1)]
        public string Signer { get; set; } = "";

        [Parameter("address", "recipient", 2)]
        public string Recipient { get; set; } = "";

        [Parameter("bytes32", "groupId", 3)]
        public byte[] GroupId { get; set; } = [];

        [Parameter("uint256", "value", 4)]
        public BigInteger Value { get; set; }

        [Parameter("uint256", "expiration", 5)]
        public BigInteger Expiration { get; set; }
    }

    [Function("channelExtend", "bool")]
    private sealed class ExtendFunction
    {
        [Parameter("uint256", "channelId", 1)]
        public BigInteger ChannelId { get; set; }

        [Parameter("uint256", "newExpiration", 2)]
        public BigInteger Expiration { get; set; }
    }

    [Function("channelAddFunds", "bool")]
    private sealed class AddFundsFunction
    {
        [Parameter("uint256", "channelId", 1)]
        public BigInteger ChannelId { get; set; }

        [Parameter("uint256", "amount", 2)]
        public BigInteger Amount { get; set; }
    }

    [Function("channelClaimTimeout")]
    private sealed class ClaimTimeoutFunction
    {
        [Parameter("uint256", "channelId", 1)]
        public BigInteger ChannelId { get; set; }
    }
}
