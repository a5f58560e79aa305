using System.Numerics;

namespace SnetGateway.TestKit.Market;

/// <summary>A payment channel as the escrow contract holds it. Value in cogs, expiration as a block number.</summary>
public sealed record ChainChannel(
    BigInteger Id,
    BigInteger Nonce,
    string Sender,
    string Signer,
    string Recipient,
    string GroupIdHex,
    BigInteger Value,
    BigInteger Expiration);
