using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace SnetGateway.Storage.Journal;

/// <summary>
/// The files of one journal, as its writer sees them. Each run begins a new file and each file has a bound, so that an end that was torn stays
/// where it is and old files can go whole.
/// </summary>
internal sealed class JournalFiles(JournalOptions options, LedgerScope scope, ILogger logger, TimeProvider time) : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private SafeFileHandle? _file;
    private long _length;

    /// <summary>Appends whole frames, without a sync. Returns what went wrong, in the operating system's words; the file then ends where it ended before.</summary>
    public string? TryWrite(ReadOnlySpan<byte> frames)
    {
        try
        {
            if (_file is null || _length >= options.FileSize)
            {
                Begin();
                Forget();
            }

            RandomAccess.Write(_file!, frames, _length);
            _length += frames.Length;
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
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

    /// <summary>Half a frame would hide all that follow it.</summary>
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
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _file.Dispose(); // the next write begins a new file
            _file = null;
        }
    }

    /// <summary>An old file that cannot be removed is no reason not to write: it is tried again with the next file.</summary>
    private void Forget()
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
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                logger.JournalFileKept(path, exception.Message);
            }
        }
    }
}
