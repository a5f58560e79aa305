using SnetGateway.Payments.States;

namespace SnetGateway.Payments.Claims;

/// <summary>What every request for claims has.</summary>
/// <param name="Escrow">The escrow's address, as the caller wrote it.</param>
/// <param name="Signature">65 bytes over the request's message (<see cref="ClaimMessages"/>).</param>
/// <param name="Client">Who is counted if no payee signed.</param>
public readonly record struct ClaimRequest(string Escrow, ReadOnlyMemory<byte> Signature, ClientNetwork Client);
