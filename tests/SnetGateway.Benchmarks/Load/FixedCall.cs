namespace SnetGateway.Benchmarks.Load;

/// <summary>What a client sends in each of its calls, until it gets another one.</summary>
/// <param name="Message">Its DATA frame.</param>
/// <param name="Values">Its payment's metadata, in the order of the template's names.</param>
internal sealed record FixedCall(byte[] Message, byte[][] Values);
