namespace SnetGateway.Gateway.Acme;

/// <summary>One file for each record, in a folder that only the gateway's user can read.</summary>
internal sealed class FolderAcmeStore(string folder) : IAcmeStore
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerFile | UnixFileMode.UserExecute;

    public bool IsShared => false;

    public async ValueTask<AcmeRecord?> ReadAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return new AcmeRecord(await File.ReadAllBytesAsync(PathOf(name), cancellationToken), 1);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new AcmeException($"{PathOf(name)} cannot be read: {exception.Message}");
        }
    }

    /// <summary>Whole or not at all: the file is written beside the old one, synced and renamed.</summary>
    public async ValueTask<long?> WriteAsync(string name, byte[] value, long expectedRevision, CancellationToken cancellationToken)
    {
        string path = PathOf(name), next = $"{path}.new";
        try
        {
            CreateFolder();
            File.Delete(next); // one that a crash left could have another mode
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = OwnerFile;
            }

            await using (var file = new FileStream(next, options))
            {
                await file.WriteAsync(value, cancellationToken);
                file.Flush(flushToDisk: true);
            }

            File.Move(next, path, overwrite: true);
            return 1;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new AcmeException($"{path} cannot be written: {exception.Message}");
        }
    }

    private string PathOf(string name) => Path.Combine(folder, $"{name}.json");

    private void CreateFolder()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder, OwnerFolder);
        }
    }
}
