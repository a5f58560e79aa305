using System.Text.Json;
using SnetGateway.Gateway.ConfigurationKeys;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Configuration;

/// <summary>
/// Where the configuration comes from: embedded defaults, the file, environment variables (`__` for `:`), command line options. Of two
/// values for one key the later source's is used. Each read is independent of the configuration in force.
/// </summary>
/// <param name="file">The file that the operator named; null takes <see cref="DefaultFile"/> of the working directory, if it
/// exists.</param>
/// <param name="overrides">Options of the command line, `--Section:Key=value`.</param>
/// <param name="readsEnvironment">Whether environment variables are a source.</param>
internal sealed class ConfigurationSources(string? file, IReadOnlyList<string> overrides, bool readsEnvironment = true)
{
    public const string DefaultFile = "appsettings.json";

    private const int MaxFileBytes = 16 * 1024 * 1024;

    /// <summary>The file, whether it exists or not.</summary>
    public string File { get; } = file ?? DefaultFile;

    /// <summary>The sources by name, for messages.</summary>
    public string Names => readsEnvironment ? $"{File}, environment, command line" : File;

    /// <summary>
    /// A file that is the only source beside the embedded defaults, for a further gateway of the process: a variable or an option would
    /// change all gateways.
    /// </summary>
    public static ConfigurationSources OfFile(string file) => new(file, [], readsEnvironment: false);

    /// <summary>An embedded file of `Configuration/Defaults`.</summary>
    public static Stream Defaults(string file) => typeof(ConfigurationSources).Assembly.GetManifestResourceStream(file)!;

    /// <summary>
    /// The file's bytes now; null where it is missing. Adds an error where it cannot be read, and where the operator named it and it is
    /// missing.
    /// </summary>
    public byte[]? ReadFile(ErrorList errors)
    {
        try
        {
            using FileStream stream = System.IO.File.OpenRead(File);
            bool isTooLarge = stream.Length > MaxFileBytes;
            errors.Check(File, (isTooLarge, $"the file is larger than {MaxFileBytes} bytes", "Name a configuration file"));
            byte[] bytes = new byte[isTooLarge ? 0 : stream.Length];
            stream.ReadExactly(bytes);
            return isTooLarge ? null : bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            bool isMissing = e is FileNotFoundException or DirectoryNotFoundException;
            errors.Check(
                File,
                (isMissing && file is not null, "there is no such file", "Name an existing file; 'init' creates one"),
                (!isMissing, "the file cannot be read", "Name a file that the gateway's user can read"));
            return null;
        }
    }

    /// <summary>
    /// The keys of all sources with the values in force; null, with an error added, where the file is not valid JSON. Keys of later sources
    /// come first, because the framework lists a key as the last source wrote it.
    /// </summary>
    public Dictionary<string, string?>? Read(byte[]? content, ErrorList errors)
    {
        try
        {
            var sources = new ConfigurationBuilder();
            if (readsEnvironment)
            {
                sources.AddEnvironmentVariables();
            }

            IConfigurationRoot outside = sources.AddCommandLine([.. overrides]).Build();
            var all = new Dictionary<string, string?>(
                outside.AsEnumerable().Where(pair => pair.Value is not null), StringComparer.OrdinalIgnoreCase);
            Stream file = content is null ? Defaults("without-file.json") : new MemoryStream(content);
            foreach ((string key, string? value) in new JsonKeys(file).Read().Concat(new JsonKeys(Defaults("always.json")).Read()))
            {
                all.TryAdd(key, value);
            }

            return all;
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidDataException)
        {
            JsonException? json = e as JsonException ?? e.InnerException as JsonException;
            string problem = json is not null
                ? $"the file is not valid JSON at line {json.LineNumber + 1}, column {json.BytePositionInLine + 1}"
                : ErrorList.Clean(e.Message.TrimEnd('.'));
            errors.Add(File, problem, "Correct the file; comments (//) and trailing commas are allowed");
            return null;
        }
    }
}
