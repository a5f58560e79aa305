using System.Globalization;

namespace SnetGateway.Payments.Values;

/// <summary>
/// Texts of clients and programs for log lines and error texts: without characters that control a terminal, end a line or change the
/// direction of writing.
/// </summary>
public static class PrintableText
{
    /// <summary>The character, or a space for one that is not printed.</summary>
    public static char Of(char character) => IsPrintable(character) ? character : ' ';

    /// <summary>The text with a space for each character that is not printed. The same instance when all are.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.All(IsPrintable) ? text : string.Create(text.Length, text, static (printable, source) =>
        {
            for (int i = 0; i < source.Length; i++)
            {
                printable[i] = Of(source[i]);
            }
        });
    }

    private static bool IsPrintable(char character) => char.GetUnicodeCategory(character) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
