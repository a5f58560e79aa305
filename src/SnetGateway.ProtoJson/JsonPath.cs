using System.Globalization;
using System.Text;

namespace SnetGateway.ProtoJson;

/// <summary>Where in the JSON a conversion is, kept so that an error can say so.</summary>
internal sealed class JsonPath
{
    private readonly List<(string? Name, int Index)> _steps = [];

    /// <summary>The number of steps, to go back to with <see cref="Return"/>.</summary>
    public int Length => _steps.Count;

    public void Enter(string name) => _steps.Add((name, 0));

    public void Enter(int index) => _steps.Add((null, index));

    public void Leave() => _steps.RemoveAt(_steps.Count - 1);

    public void Return(int length) => _steps.RemoveRange(length, _steps.Count - length);

    public ProtoJsonException Error(string reason, Exception? inner = null) => new(ToString(), reason, inner);

    public override string ToString()
    {
        var text = new StringBuilder("$");
        foreach (var (name, index) in _steps)
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
