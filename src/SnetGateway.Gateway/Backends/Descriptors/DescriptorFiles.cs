using System.Collections.Concurrent;
using System.Globalization;

namespace SnetGateway.Gateway.Backends.Descriptors;

/// <summary>
/// Detects that descriptor files have changed, by names, sizes and times: this is asked each second, and must not read the files.
/// </summary>
internal sealed class DescriptorFiles
{
    private readonly ConcurrentDictionary<string, string> _states = new(StringComparer.Ordinal);

    /// <summary>The state of all added files and folders when they were added, or last read.</summary>
    public string Seen => string.Join('\n', _states.OrderBy(state => state.Key, StringComparer.Ordinal).Select(state => state.Value));

    /// <summary>The `.proto` files of a folder and its subfolders.</summary>
    public static string[] Of(string folder) => Directory.GetFiles(folder, "*.proto", SearchOption.AllDirectories);

    /// <summary>Adds a file, or a folder of `.proto` files, whether it exists or not.</summary>
    public void Add(string place) => _states.TryAdd(place, StateOf(place));

    /// <summary>Reads the state of all again.</summary>
    public string Read()
    {
        foreach (string place in _states.Keys)
        {
            _states[place] = StateOf(place);
        }

        return Seen;
    }

    private static string StateOf(string place)
    {
        try
        {
            return string.Join('\n', (Directory.Exists(place) ? Of(place) : [place]).Order(StringComparer.Ordinal)
                .Select(file => new FileInfo(file))
                .Select(file => file.Exists
                    ? string.Create(CultureInfo.InvariantCulture, $"{file.FullName} {file.Length} {file.LastWriteTimeUtc.Ticks}")
                    : $"{file.FullName} missing"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{place}: {e.Message}"; // a reload reports it
        }
    }
}
