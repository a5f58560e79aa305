using System.Globalization;
using System.Text;

namespace SnetGateway.ProtoJson;

/// <summary>The current position of a conversion in the JSON, for error messages.</summary>
internal sealed class JsonPath
{
    private readonly List<(string? Name, int Index)> _steps = [];

    /// <summary>The number of steps. Pass it to <see cref="Return"/> to go back.</summary>
    public int Length => _steps.Count;

    public void Enter(string name) => _steps.Add((name, 0));

    public void Enter(int index) => _steps.Add((null, index));

    public void Leave() => _steps.RemoveAt(_steps.Count - 1);

    public void Return(int length) => _steps.RemoveRange(length, _steps.Count - length);

    public ProtoJsonException Error(string reason, Exception? inner = null) => new(ToString(), reason, inner);

    public override string ToString()
    {
        var text = new StringBuilder("$");
        foreach ((string? name, int index) in _steps)
        {
            if (name is null)
            {
                text.Append(CultureInfo.InvariantCulture, $"[{index}]");
            }
            else if (name.Length > 0 && name.All(character => char.IsAsciiLetterOrDigit(character) || character == '_'))
            {
                text.Append('.').Append(name);
            }
            else
            {
                text.Append("['").Append(name).Append("']");
            }
        }

        return text.ToString();
    }
}
