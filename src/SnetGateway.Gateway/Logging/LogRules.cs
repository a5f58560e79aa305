using SnetGateway.Gateway.Hooks;
using SnetGateway.Gateway.Validation;

namespace SnetGateway.Gateway.Logging;

/// <summary>Log files have a name and a folder, and hooks what their kind needs.</summary>
internal static class LogRules
{
    private const string FilePath = $"{LogOptions.Section}:{nameof(LogOptions.File)}:{nameof(LogFileOptions.Path)}";

    public static void Check(LogOptions options, ErrorList errors)
    {
        if (options.File.Path is { Length: > 0 } path)
        {
            string full = Path.GetFullPath(path);
            errors.Check(
                FilePath,
                (Path.GetFileName(path).Length == 0 || Directory.Exists(full), "a folder, not a file", "Add a file name, as gateway-.log"));
            FolderRules.Check(errors, FilePath, Path.GetDirectoryName(full));
        }

        HookRules.Check(options.Hooks, errors);
    }
}
