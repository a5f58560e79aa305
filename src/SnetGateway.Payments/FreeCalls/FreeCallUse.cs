using SnetGateway.Payments.Values;

namespace SnetGateway.Payments.FreeCalls;

/// <summary>What a client sends for a free call, for a token, or to learn how many calls are left. Parsed and not yet checked.</summary>
/// <param name="AddressText">The user's address as sent, because its text is signed.</param>
/// <param name="User">The same address, and the user id.</param>
/// <param name="CurrentBlock">The newest block by the client.</param>
/// <param name="Signature">The user's signature: the bytes as sent, of any length.</param>
public readonly record struct FreeCallUse(
    string AddressText, FreeCallUser User, UInt256 CurrentBlock, ReadOnlyMemory<byte> Signature);
