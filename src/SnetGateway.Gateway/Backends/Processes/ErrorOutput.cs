using System.Text;

namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>Reads a program's standard error, so that the program never blocks on it. Logs the first 8 KiB, keeps the last line.</summary>
internal sealed class ErrorOutput(ProgramCall call, ILogger logger)
{
    private const int MaxLineLength = 1024, MaxLogged = 8 * 1024;

    private readonly StringBuilder _line = new();
    private int _logged;

    /// <summary>The last line that was not blank: its first 1,024 characters, with spaces for characters that are not printed.</summary>
    public string LastLine { get; private set; } = string.Empty;

    public async Task ReadAsync(TextReader error, CancellationToken cancellationToken)
    {
        char[] buffer = new char[MaxLineLength];
        while (await error.ReadAsync(buffer, cancellationToken) is var count and > 0)
        {
            foreach (char character in buffer.AsSpan(0, count))
            {
                if (character == '\n')
                {
                    EndLine();
                }
                else if (_line.Length < MaxLineLength)
                {
                    _line.Append(Payments.Values.PrintableText.Of(character));
                }
            }
        }

        EndLine();
    }

    private void EndLine()
    {
        string line = _line.ToString().Trim();
        _line.Clear();
        if (line.Length > 0)
        {
            LastLine = line;
            if (_logged <= MaxLogged)
            {
                _logged += line.Length;
                ProcessLog.ProgramWrote(logger, call.Name, call.Method, _logged <= MaxLogged ? line : "(the rest of stderr is not logged)");
            }
        }
    }
}
