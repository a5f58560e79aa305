namespace SnetGateway.Gateway.Validation;

/// <summary>A folder exists or can be created.</summary>
internal static class FolderRules
{
    /// <summary>
    /// Checks the folder of a key. Whether the current user may write there is not checked: `check-config` is often run by another user
    /// than the gateway's.
    /// </summary>
    public static void Check(ErrorList errors, string key, string? path)
    {
        while (path is not null && !Path.Exists(path))
        {
            path = Path.GetDirectoryName(path);
        }

        const UnixFileMode AnyWrite = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        bool isReadOnly = path is not null && !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & AnyWrite) == 0;
        errors.Check(
            key,
            (File.Exists(path), $"{ErrorList.Quote(path ?? "")} is a file, so there can be no folder", "Write another path"),
            (isReadOnly, $"the folder {ErrorList.Quote(path ?? "")} is read-only", "Write another path"));
    }
}
