using Google.Protobuf.Reflection;

namespace SnetGateway.ProtoJson;

/// <summary>The names and numbers of an enum.</summary>
internal sealed class ProtoEnum
{
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<int, string> _names = [];

    public ProtoEnum(EnumDescriptor descriptor)
    {
        FullName = descriptor.FullName;
        foreach (EnumValueDescriptor? value in descriptor.Values)
        {
            _numbers[value.Name] = value.Number;

            // When a number has several names, the first one is written.
            _names.TryAdd(value.Number, value.Name);
        }
    }

    public string FullName { get; }

    public bool IsNullValue => FullName == "google.protobuf.NullValue";

    public bool TryGetNumber(string name, out int number) => _numbers.TryGetValue(name, out number);

    public string? FindName(int number) => _names.GetValueOrDefault(number);
}
