using SnetGateway.Ethereum.Signatures;
using SnetGateway.Payments.Values;

namespace SnetGateway.FunctionalTests.Adversary;

/// <summary>What is attacked: gateways of one group seen from outside, and the means of an ordinary consumer.</summary>
internal sealed record AttackTarget
{
    /// <summary>Where consumers call: the replicas one by one, or a balancer before them.</summary>
    public required IReadOnlyList<Uri> Gateways { get; init; }

    /// <summary>The chain, and the escrow contract on it.</summary>
    public required EscrowChain Chain { get; init; }

    /// <summary>An account with tokens or with a deposit in the escrow, and with what transactions cost.</summary>
    public required PrivateKey Key { get; init; }

    /// <summary>Whom the group's channels pay.</summary>
    public required Address Recipient { get; init; }

    /// <summary>The group's id, which its channels carry. An escrow payment names no organisation and no service.</summary>
    public required Bytes32 GroupId { get; init; }

    /// <summary>Path of a unary method with a fixed price.</summary>
    public string Method { get; init; } = "/example.Echo/Say";

    /// <summary>A message that it answers with a message.</summary>
    public byte[] Message { get; init; } = [0x0A, 0x01, (byte)'x'];

    /// <summary>Cogs a call.</summary>
    public ulong Price { get; init; } = 10;

    /// <summary>Blocks that a channel must still have to live.</summary>
    public ulong Threshold { get; init; } = 40_320;

    /// <summary>The recipient's key, for attacks that lie in wait for a claim; null leaves them out.</summary>
    public PrivateKey? RecipientKey { get; init; }

    /// <summary>An example service behind the gateways, which counts executions; null leaves them uncounted.</summary>
    public Uri? Service { get; init; }

    /// <summary>The processes themselves, where they are ours.</summary>
    public OwnGroup? Group { get; init; }
}
