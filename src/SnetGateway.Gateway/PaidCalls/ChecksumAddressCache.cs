using SnetGateway.Ethereum.Signatures;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.PaidCalls;

/// <summary>
/// Addresses as services get them in `snet-user-address`: hex with a checksum in its case (EIP-55). The checksum is a hash, and payers call
/// again, so the last texts are kept in a fixed number of places.
/// </summary>
internal sealed class ChecksumAddressCache
{
    private const int Places = 1024;

    private readonly CachedText?[] _entries = new CachedText?[Places];

    public string TextOf(Address address)
    {
        int place = (int)((uint)address.GetHashCode() % Places);
        CachedText? entry = Volatile.Read(ref _entries[place]);
        if (entry is null || entry.Address != address)
        {
            entry = new CachedText(address, AddressText.Checksum(address));
            Volatile.Write(ref _entries[place], entry);
        }

        return entry.Text;
    }

    private sealed record CachedText(Address Address, string Text);
}
