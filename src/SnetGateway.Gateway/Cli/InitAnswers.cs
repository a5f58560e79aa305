using System.CommandLine;

namespace SnetGateway.Gateway.Cli;

/// <summary>The values of `init`: options of the command line, answers of a person, or the examples of the template.</summary>
/// <param name="terminal">Where questions are asked.</param>
/// <param name="parsed">The command line.</param>
/// <param name="asks">Whether a person is asked for what no option says.</param>
internal sealed class InitAnswers(Terminal terminal, ParseResult parsed, bool asks)
{
    /// <summary>Whether a value of the template was left as it is.</summary>
    public bool HasExamples { get; private set; }

    /// <summary>Asks for yes or no; an empty answer is yes, and so is the end of the input.</summary>
    public bool AskWhether(string question)
    {
        while (true)
        {
            terminal.Output.Write($"{question} [yes]: ");
            switch (terminal.Input.ReadLine()?.Trim().ToUpperInvariant())
            {
                case null or "" or "Y" or "YES":
                    return true;
                case "N" or "NO":
                    return false;
                default:
                    terminal.Output.WriteLine("  Write yes or no.");
                    break;
            }
        }
    }

    /// <summary>The template with all values. Throws <see cref="CommandException"/> where an option's value is invalid.</summary>
    public string Fill(string template, bool isFree)
    {
        foreach (InitQuestion question in InitQuestion.All.Where(question => !isFree || !question.IsOfPayments))
        {
            string? answer = OptionOf(question) ?? (asks ? Ask(question) : null);
            HasExamples |= answer is null;
            if (answer is not null)
            {
                template = template.Replace(question.Line(question.Example), question.Line(answer), StringComparison.Ordinal);
            }
        }

        return template;
    }

    private string? OptionOf(InitQuestion question) => parsed.GetValue<string?>(question.Name) switch
    {
        null => null,
        { } value when question.Form.Accepts(value) => value,
        _ => throw new CommandException(ExitCodes.Usage, $"{question.Name}: write {question.Form.Description}"),
    };

    /// <summary>Asks until the answer is valid; null, which leaves the example, for an empty answer and at the end of the input.</summary>
    private string? Ask(InitQuestion question)
    {
        while (true)
        {
            terminal.Output.Write($"{question.Text} [{question.Example}]: ");
            string? answer = terminal.Input.ReadLine()?.Trim();
            if (string.IsNullOrEmpty(answer))
            {
                return null;
            }

            if (question.Form.Accepts(answer))
            {
                return answer;
            }

            terminal.Output.WriteLine($"  Write {question.Form.Description}.");
        }
    }
}
