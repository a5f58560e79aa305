using System.Security.Cryptography;

namespace SnetGateway.Gateway.Claims;

/// <summary>The number of this process in outboxes, which no other process of the ledger has.</summary>
internal sealed class ClaimProcess
{
    public ulong Number { get; } = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong))) | 1;
}
