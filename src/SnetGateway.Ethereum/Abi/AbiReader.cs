using SnetGateway.Payments.Values;

namespace SnetGateway.Ethereum.Abi;

/// <summary>
/// Reads words of 32 bytes as contracts return them. Strict: a word that could not come from the type is a broken answer, not a value to be
/// cut, because a wrong reading is wrong money.
/// </summary>
internal ref struct AbiReader(ReadOnlySpan<byte> data)
{
    private const int Word = 32;

    private ReadOnlySpan<byte> _rest = data;

    /// <summary>True when all was read and all words were of their type.</summary>
    public readonly bool IsComplete => _rest.IsEmpty && !_broken;

    private bool _broken;

    public UInt256 ReadUInt256() => UInt256.ReadBigEndian(Next());

    public Bytes32 ReadBytes32() => new(Next());

    public Address ReadAddress()
    {
        ReadOnlySpan<byte> word = Next();
        _broken |= word[..12].ContainsAnyExcept((byte)0);
        return new Address(word[12..]);
    }

    private ReadOnlySpan<byte> Next()
    {
        if (_rest.Length < Word)
        {
            _broken = true;
            _rest = default;
            return Zero;
        }

        ReadOnlySpan<byte> word = _rest[..Word];
        _rest = _rest[Word..];
        return word;
    }

    private static ReadOnlySpan<byte> Zero => new byte[Word];
}
