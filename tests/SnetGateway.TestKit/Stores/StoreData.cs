using System.Buffers.Binary;
using SnetGateway.Payments.Records;

namespace SnetGateway.TestKit.Stores;

/// <summary>Keys and values like those of channels.</summary>
public static class StoreData
{
    /// <summary>The key of a channel's record: its id, 32 bytes big-endian.</summary>
    public static RecordKey Key(int number)
    {
        byte[] id = new byte[32];
        BinaryPrimitives.WriteInt32BigEndian(id.AsSpan(28), number);
        return new RecordKey(RecordKind.PaidChannel, id);
    }

    public static byte[] Value(Random random)
    {
        ArgumentNullException.ThrowIfNull(random);
        byte[] value = new byte[random.Next(1, 900)];
        random.NextBytes(value);
        return value;
    }
}
