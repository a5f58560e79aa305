using System.Globalization;
using System.Text;

namespace SnetGateway.Storage.Sqlite;

/// <summary>
/// The lock of a ledger file's one owner: a file beside it, locked for as long as this process lives. The kernel releases the lock when the
/// process ends in any way, so a lock is never stale. The text in the file only names the holder.
/// </summary>
internal sealed class LedgerLock : IDisposable
{
    private readonly FileStream _file;

    private LedgerLock(FileStream file)
    {
        _file = file;
    }

    /// <summary>Takes the lock, or throws <see cref="LedgerInUseException"/>, which names the holder.</summary>
    public static LedgerLock Take(string ledgerPath, DateTimeOffset now)
    {
        string path = ledgerPath + ".lock";
        PosixFiles.CreateFolderOf(path);
        FileStream file;
        try
        {
            file = PosixFiles.OpenLocked(path);
        }
        catch (IOException exception) when (PosixFiles.IsLockedByAnother(exception))
        {
            string holder = PosixFiles.ReadLocked(path).ReplaceLineEndings(", ");
            throw new LedgerInUseException(
                $"The ledger {ledgerPath} is in use by {(holder.Length == 0 ? "another process" : holder)}. A ledger has one owner: stop "
                + $"that process first, or give this gateway another path.",
                exception);
        }

        string text = string.Create(
            CultureInfo.InvariantCulture, $"process {Environment.ProcessId}\nhost {Environment.MachineName}\nsince {now.UtcDateTime:O}\n");
        Write(file, text);
        return new LedgerLock(file);
    }

    public void Dispose()
    {
        // The file is not deleted: otherwise two processes could lock two files of the same name.
        Write(_file, "");
        _file.Dispose();
    }

    private static void Write(FileStream file, string text)
    {
        try
        {
            file.SetLength(0);
            RandomAccess.Write(file.SafeFileHandle, Encoding.UTF8.GetBytes(text), 0);
        }
        catch (IOException)
        {
            // The text is only informative. A full disk must not prevent taking or releasing the lock.
        }
    }
}
