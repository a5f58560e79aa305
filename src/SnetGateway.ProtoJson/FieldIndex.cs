using Google.Protobuf;

namespace SnetGateway.ProtoJson;

/// <summary>
/// Positions of a message's fields in its bytes. On the wire they may be in any order and occur more than once; in JSON each occurs once.
/// </summary>
internal readonly struct FieldIndex
{
    private readonly List<(int Field, int Start, int Length, bool IsPacked)> _places;

    private FieldIndex(List<(int Field, int Start, int Length, bool IsPacked)> places)
    {
        _places = places;
    }

    /// <summary>Scans a message once. A field with an unexpected wire type is unknown, as for protobuf's own readers.</summary>
    public static FieldIndex Read(ProtoMessageType type, ReadOnlySpan<byte> message, JsonPath path)
    {
        var places = new List<(int Field, int Start, int Length, bool IsPacked)>();
        (int Field, int Since)[] holders = type.OneofCount == 0 ? [] : new (int Field, int Since)[type.OneofCount];
        var input = new ProtoInput(message, path);
        while (!input.IsAtEnd)
        {
            (int number, WireFormat.WireType wireType) = input.ReadTag();
            (int start, int length) = input.Skip(wireType);
            if (type.Find(number) is not { } field)
            {
                continue;
            }

            bool isPacked = field.IsRepeated && field.IsPackable && wireType == WireFormat.WireType.LengthDelimited;
            if (wireType != field.WireType && !isPacked)
            {
                continue;
            }

            // A field of a oneof discards the other fields, and its own earlier value if one of them was set after it.
            if (field.Oneof >= 0 && (holders[field.Oneof].Since == 0 || holders[field.Oneof].Field != field.Index))
            {
                holders[field.Oneof] = (field.Index, start);
            }

            places.Add((field.Index, start, length, isPacked));
        }

        places.RemoveAll(place => type.Fields[place.Field].Oneof is >= 0 and var oneof
            && (holders[oneof].Field != place.Field || place.Start < holders[oneof].Since));
        places.Sort();
        return new FieldIndex(places);
    }

    /// <summary>The occurrences of one field, in the order of the wire.</summary>
    public ReadOnlySpan<(int Field, int Start, int Length, bool IsPacked)> Find(int field)
    {
        Span<(int Field, int Start, int Length, bool IsPacked)> places = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_places);
        int first = LowerBound(places, field);
        return places[first..LowerBound(places, field + 1)];
    }

    // Binary search, because a list in a message of many fields may have a million elements.
    private static int LowerBound(ReadOnlySpan<(int Field, int Start, int Length, bool IsPacked)> places, int field)
    {
        (int low, int high) = (0, places.Length);
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = places[middle].Field < field ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
