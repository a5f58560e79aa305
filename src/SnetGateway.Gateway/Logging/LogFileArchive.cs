using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using Serilog.Sinks.File;

namespace SnetGateway.Gateway.Logging;

/// <summary>
/// Compresses complete log files and removes old ones, whenever a new file begins. Serilog's own retention does not see compressed files.
/// </summary>
/// <param name="options">The files' options.</param>
/// <param name="time">The clock, for <see cref="LogFileOptions.KeepFor"/>.</param>
/// <param name="report">Gets the reason when it fails. What was not done is done when the next file begins.</param>
internal sealed class LogFileArchive(LogFileOptions options, TimeProvider time, Action<string> report) : FileLifecycleHooks
{
    private const string Extension = ".gz";
    private const string Unfinished = ".part";

    private readonly Lock _running = new();

    /// <summary>Starts a thread: compressing takes seconds, and the thread that writes would lose lines in that time.</summary>
    public override Stream OnFileOpened(string path, Stream underlyingStream, Encoding encoding)
    {
        var thread = new Thread(Prepare(path).Invoke) { IsBackground = true, Name = "log files", Priority = ThreadPriority.BelowNormal };
        thread.Start();
        return underlyingStream;
    }

    /// <summary>
    /// Lists the complete files. They are listed while <paramref name="current"/> is the newest: the work may begin late, when lines go
    /// to a newer file already, and that one must not be taken for complete.
    /// </summary>
    /// <param name="current">The file that is written to.</param>
    /// <returns>Compresses and removes what is due.</returns>
    internal Action Prepare(string current)
    {
        HashSet<string> complete = [];
        Try(() => complete = [.. Files(current).Where(file => file != Path.GetFullPath(current))]);
        return () =>
        {
            lock (_running)
            {
                Try(() => Run(current, complete));
            }
        };
    }

    private void Run(string current, HashSet<string> complete)
    {
        if (options.Compress)
        {
            Array.ForEach(Array.FindAll(Files(current), file => IsPlain(file) && complete.Contains(file)), Compress);
        }

        RemoveOld(Array.FindAll(Files(current), file => !IsPlain(file) || complete.Contains(file)));
    }

    private void Try(Action work)
    {
        try
        {
            work();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            report(exception.Message);
        }
    }

    private static bool IsPlain(string file) => !file.EndsWith(Extension, StringComparison.Ordinal);

    private static void Compress(string file)
    {
        string target = Enumerable.Range(0, int.MaxValue).Select(number => $"{file}{(number == 0 ? "" : $".{number}")}{Extension}")
            .First(name => !File.Exists(name));
        string part = file + Unfinished;
        using (FileStream from = File.OpenRead(file), to = File.Create(part))
        using (var zip = new GZipStream(to, CompressionLevel.Optimal))
        {
            from.CopyTo(zip);
        }

        File.SetLastWriteTimeUtc(part, File.GetLastWriteTimeUtc(file)); // its age counts from its last line
        File.Move(part, target);
        File.Delete(file);
    }

    private void RemoveOld(string[] files)
    {
        DateTime oldest = time.GetUtcNow().UtcDateTime - options.KeepFor;
        int kept = options.KeepFiles == 0 ? int.MaxValue : options.KeepFiles - 1; // and the current one
        foreach ((int index, string file) in files.Index())
        {
            if (index >= kept || (options.KeepFor > TimeSpan.Zero && File.GetLastWriteTimeUtc(file) < oldest))
            {
                File.Delete(file);
            }
        }
    }

    /// <summary>The files of this log, the newest first. Other files of the folder are left alone.</summary>
    private string[] Files(string current)
    {
        string name = Regex.Escape(Path.GetFileNameWithoutExtension(options.Path!));
        string extension = Regex.Escape(Path.GetExtension(options.Path!));
        var own = new Regex($@"\A{name}\d*(_\d{{3,}})?{extension}(\.(\d+\.)?gz)?\z", RegexOptions.CultureInvariant);
        return
        [
            .. Directory.EnumerateFiles(Path.GetDirectoryName(Path.GetFullPath(current))!)
                .Where(file => own.IsMatch(Path.GetFileName(file)))
                .OrderByDescending(File.GetLastWriteTimeUtc).ThenByDescending(file => file, StringComparer.Ordinal),
        ];
    }
}
