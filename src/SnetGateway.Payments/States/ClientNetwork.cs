using System.Buffers.Binary;
using System.Net;

namespace SnetGateway.Payments.States;

/// <summary>
/// Where an unknown caller is: an IPv4 address, or the first 64 bits of an IPv6 address, of which one customer has all that follow.
/// </summary>
/// <param name="Prefix">IPv4 addresses have the upper 32 bits zero.</param>
public readonly record struct ClientNetwork(ulong Prefix)
{
    /// <param name="address">Of the client; null (a socket without addresses) counts as one client.</param>
    public static ClientNetwork Of(IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        if (address is null || !address.TryWriteBytes(bytes, out int length))
        {
            return default;
        }

        return new ClientNetwork(
            length == 4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes)
            : address.IsIPv4MappedToIPv6 ? BinaryPrimitives.ReadUInt32BigEndian(bytes[12..])
            : BinaryPrimitives.ReadUInt64BigEndian(bytes));
    }
}
