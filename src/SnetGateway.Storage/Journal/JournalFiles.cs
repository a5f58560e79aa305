using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace SnetGateway.Storage.Journal;

/// <summary>
/// Writes the files of one journal. Each run begins a new file, and each file has a maximum size, so a torn end is never appended to and
/// expired files can be deleted whole.
/// </summary>
internal sealed class JournalFiles(JournalOptions options, LedgerScope scope, ILogger logger, TimeProvider time) : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private SafeFileHandle? _file;
    private long _length;

    /// <summary>
    /// Appends whole frames, without a sync. Returns the operating system's error, or null; after an error the file has its previous
    /// length.
    /// </summary>
    public string? TryWrite(ReadOnlySpan<byte> frames)
    {
        try
        {
            if (_file is null || _length >= options.FileSize)
            {
                Begin();
                DeleteExpired();
            }

            RandomAccess.Write(_file!, frames, _length);
            _length += frames.Length;
            return null;
        }
        catch (Exception exception) when (PosixFiles.IsFailure(exception))
        {
            CutTornEnd();
            return exception.Message;
        }
    }

    public void Dispose() => _file?.Dispose();

    private void Begin()
    {
        _file?.Dispose();
        _file = null;
        PosixFiles.CreateFolderOf(Path.Combine(options.Path, "any"));
        string name = time.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmssfff", CultureInfo.InvariantCulture);
        string path;
        for (int number = 0; File.Exists(path = Path.Combine(options.Path, $"{name}-{number:D4}{JournalFormat.Extension}")); number++)
        {
            // Two runs or files within a millisecond, or a clock that was set back.
        }

        SafeFileHandle file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(file, OwnerOnly);
            }

            RandomAccess.Write(file, JournalFormat.Header(scope), 0);
        }
        catch
        {
            file.Dispose();
            File.Delete(path);
            throw;
        }

        _file = file;
        _length = JournalFormat.HeaderLength;
    }

    /// <summary>A partial frame would hide all frames after it from readers.</summary>
    private void CutTornEnd()
    {
        if (_file is null)
        {
            return;
        }

        try
        {
            RandomAccess.SetLength(_file, _length);
        }
        catch (Exception exception) when (PosixFiles.IsFailure(exception))
        {
            _file.Dispose(); // the next write begins a new file
            _file = null;
        }
    }

    /// <summary>Deletes files whose retention has passed. A failure does not stop writing: it is tried again with the next file.</summary>
    private void DeleteExpired()
    {
        if (options.Retention == TimeSpan.Zero)
        {
            return;
        }

        DateTime oldest = (time.GetUtcNow() - options.Retention).UtcDateTime;
        foreach (string path in Directory.EnumerateFiles(options.Path, "*" + JournalFormat.Extension))
        {
            try
            {
                if (File.GetLastWriteTimeUtc(path) < oldest)
                {
                    File.Delete(path);
                }
            }
            catch (Exception exception) when (PosixFiles.IsFailure(exception))
            {
                logger.JournalFileNotDeleted(path, exception.Message);
            }
        }
    }
}
