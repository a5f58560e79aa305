using System.Text;
using System.Text.Json;

namespace SnetGateway.Gateway.Configuration;

/// <summary>
/// Where the configuration comes from, the later over the earlier: embedded defaults, the file, environment variables (`__` for `:`), command
/// line options. Read from scratch each time, so that a new reading lies beside the one in force.
/// </summary>
/// <param name="file">The file that was asked for; null takes <see cref="DefaultFile"/> of the working directory, if it is there.</param>
/// <param name="overrides">Options of the command line, `--Section:Key=value`.</param>
internal sealed class ConfigurationSources(string? file, IReadOnlyList<string> overrides)
{
    public const string DefaultFile = "appsettings.json";

    private const int MaxFileBytes = 16 * 1024 * 1024;

    /// <summary>The file, whether it is there or not.</summary>
    public string File { get; } = file ?? DefaultFile;

    /// <summary>The file's bytes now; null where there is none that may be left out. Adds an error where it cannot be read.</summary>
    public byte[]? ReadFile(ErrorList errors)
    {
        try
        {
            using FileStream stream = System.IO.File.OpenRead(File);
            if (stream.Length > MaxFileBytes)
            {
                errors.Add(File, $"the file is larger than {MaxFileBytes} bytes", "Name a configuration file");
                return null;
            }

            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            if (file is not null)
            {
                errors.Add(File, "there is no such file", "Name a file that is there; 'init' writes one");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            errors.Add(File, "the file cannot be read", "Name a file that the gateway's user can read");
        }

        return null;
    }

    /// <summary>All sources over each other; null where the file cannot be understood, which is then among the errors.</summary>
    /// <param name="content">The file's bytes, or null for none.</param>
    /// <param name="errors">Takes the error.</param>
    public IConfigurationRoot? Build(byte[]? content, ErrorList errors)
    {
        var builder = new ConfigurationBuilder();
        AddJson(builder, Encoding.UTF8.GetBytes(EmbeddedDefaults.Always));
        AddJson(builder, content ?? Encoding.UTF8.GetBytes(EmbeddedDefaults.WithoutFile));
        builder.AddEnvironmentVariables();
        builder.AddCommandLine([.. overrides]);
        try
        {
            return builder.Build();
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidDataException)
        {
            // The reader's text names the line and what it met there.
            JsonException? json = e as JsonException ?? e.InnerException as JsonException;
            string problem = json is not null
                ? $"no valid JSON at line {json.LineNumber + 1}, column {json.BytePositionInLine + 1}"
                : ErrorList.Clean(e.Message.TrimEnd('.'));
            errors.Add(File, problem, "Correct the file; comments (//) and trailing commas are allowed");
            return null;
        }
    }

    private static void AddJson(ConfigurationBuilder builder, byte[] json) => builder.AddJsonStream(new MemoryStream(json));
}
