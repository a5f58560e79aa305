using System.Buffers;
using System.Text;

namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>
/// A program's standard error: read to its end so that the program is never held up, told to the log line by line within a bound, and its last
/// line kept.
/// </summary>
internal sealed class ErrorOutput(string program, string method, int maxLoggedBytes, ILogger logger)
{
    private const int LongestLine = 1024;

    private readonly byte[] _line = new byte[LongestLine];
    private int _length;
    private int _logged;
    private bool _toldOfBound;

    /// <summary>The last line that was not blank, cut at 1 KiB and with nothing that a terminal would act on.</summary>
    public string LastLine { get; private set; } = string.Empty;

    public async Task ReadAsync(Stream error, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(4096);
        try
        {
            while (await error.ReadAsync(buffer, cancellationToken) is var count and > 0)
            {
                foreach (byte value in buffer.AsSpan(0, count))
                {
                    Take(value);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The call is over.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            EndLine();
        }
    }

    private void Take(byte value)
    {
        if (value == (byte)'\n')
        {
            EndLine();
        }
        else if (_length < LongestLine)
        {
            _line[_length++] = value;
        }
    }

    private void EndLine()
    {
        string line = Clean(Encoding.UTF8.GetString(_line, 0, _length)).Trim();
        _length = 0;
        if (line.Length == 0)
        {
            return;
        }

        LastLine = line;
        if (_logged + line.Length <= maxLoggedBytes)
        {
            _logged += line.Length;
            ProcessLog.ProgramSaid(logger, program, method, line);
        }
        else if (!_toldOfBound)
        {
            _toldOfBound = true;
            ProcessLog.ProgramSaidTooMuch(logger, program, method, maxLoggedBytes);
        }
    }

    private static string Clean(string text) => string.Create(text.Length, text, static (span, source) =>
    {
        for (int i = 0; i < span.Length; i++)
        {
            span[i] = char.IsControl(source[i]) ? ' ' : source[i];
        }
    });
}
