using System.Text.Json;
using SnetGateway.Ethereum.Hashing;
using Xunit;

namespace SnetGateway.Tests.Ethereum;

public sealed class Keccak256Tests
{
    [Fact]
    public void Hash_RecordedInputs_GiveTheRecordedHashes()
    {
        JsonElement cases = VectorFile.Read("keccak256.json").GetProperty("cases");
        Assert.Equal(80, cases.GetArrayLength());
        foreach (JsonElement one in cases.EnumerateArray())
        {
            byte[] input = one.TryGetProperty("repeat", out JsonElement repeat)
                ? [.. Enumerable.Repeat(repeat.GetProperty("byte").Bytes()[0], repeat.GetProperty("count").GetInt32())]
                : one.GetProperty("input").Bytes();
            Assert.Equal(one.GetProperty("length").GetInt32(), input.Length);
            Assert.True(
                one.GetProperty("keccak256").Bytes().AsSpan().SequenceEqual(Keccak256.Hash(input)),
                one.Text("id") + " " + one.Text("note"));
        }
    }

    [Fact]
    public void Hash_EveryLengthUpToThreeBlocks_AgreesWithAnotherImplementation()
    {
        var random = new Random(20_251);
        for (int length = 0; length <= 3 * 136; length++)
        {
            byte[] input = new byte[length];
            random.NextBytes(input);
            Assert.Equal(Nethereum.Util.Sha3Keccack.Current.CalculateHash(input), Keccak256.Hash(input));
        }
    }

    [Fact]
    public void Hash_IntoItsOwnInput_GivesTheSame()
    {
        byte[] buffer = [.. Enumerable.Range(0, 64).Select(i => (byte)i)];
        byte[] expected = Keccak256.Hash(buffer);
        Keccak256.Hash(buffer, buffer);
        Assert.Equal(expected, buffer[..32]);
    }

    [Fact]
    public void Hash_OnSpans_AllocatesNothing()
    {
        byte[] input = new byte[500];
        byte[] hash = new byte[32];
        Keccak256.Hash(input, hash);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            Keccak256.Hash(input, hash);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
