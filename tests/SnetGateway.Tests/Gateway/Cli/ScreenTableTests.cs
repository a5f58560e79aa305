using SnetGateway.Gateway.Cli;
using SnetGateway.Gateway.Reports;
using Xunit;

namespace SnetGateway.Tests.Gateway.Cli;

/// <summary>Tables on a terminal and in a pipe.</summary>
public sealed class ScreenTableTests
{
    private const string Address = "0x00000000000000000000000000000000000000aa";
    private static readonly string s_amount = new('9', 78);

    private static readonly ReportTable s_channels = new(
        ["channel", "cogs", "sender", "state"],
        [["5", "1000", Address, "is claimed in the next round"], ["1234", "7", Address, "-"]],
        column => column <= 1);

    [Fact]
    public void Seen_TitlesAndALine_NumbersToTheRight()
    {
        Assert.Equal(
            $"""
            channel cogs sender                                     state
            {Rule(84)}
                  5 1000 {Address} is claimed in the next round
               1234    7 {Address} -

            """,
            Trimmed(Shown(s_channels, 100)));
    }

    [Fact]
    public void Seen_80Characters_TextsAreBrokenAtSpaces()
    {
        Assert.Equal(
            $"""
            channel cogs sender                                     state
            {Rule(80)}
                  5 1000 {Address} is claimed in the next
                                                                    round
               1234    7 {Address} -

            """,
            Trimmed(Shown(s_channels, 80)));
    }

    [Fact]
    public void Seen_WhereWordsWouldBeBroken_IsAListOfWholeValues()
    {
        var table = new ReportTable(["channel", "cogs", "sender"], [["5", s_amount, Address], ["6", "1", Address]], column => column <= 1);
        Assert.Equal(
            $"""
            channel  5
            cogs     {s_amount}
            sender   {Address}

            channel  6
            cogs     1
            sender   {Address}

            """,
            Shown(table, 80));
    }

    /// <summary>Markup of the package, and characters that take two places, are texts as others.</summary>
    [Fact]
    public void Seen_AnyWidth_EveryWordIsWhole_AndLinesThatFitAreNotLonger()
    {
        var table = new ReportTable(
            ["id", "name", "what it costs"],
            [[Address, "[red]name[/]", s_amount], ["1", "翻訳 サービス", "fixed price, at most"], ["[", "", "-"]],
            column => column == 0);
        for (int width = 1; width <= 200; width++)
        {
            string shown = Shown(table, width);
            string[] words = shown.Split((char[])[' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
            Assert.All(
                table.Rows.SelectMany(row => row).SelectMany(text => text.Split(' ', StringSplitOptions.RemoveEmptyEntries)),
                word => Assert.Contains(word, words));
            Assert.DoesNotContain('\u001b', shown);
            if (shown.Contains('─'))
            {
                Assert.All(shown.Split('\n'), line => Assert.True(line.TrimEnd('\r').Length <= width, $"{width}: {line}"));
            }
        }
    }

    [Fact]
    public void Seen_NoRows_ItsTitles() =>
        Assert.Equal("channel cogs sender state", Shown(s_channels with { Rows = [] }, 80).Trim());

    [Fact]
    public void Seen_VeryManyRows_ArePaddedOnly()
    {
        ReportTable table = s_channels with { Rows = [.. Enumerable.Repeat(s_channels.Rows[0], Terminal.MaxLaidOutRows + 1)] };
        Assert.Equal(Write(table, isSeen: false, 80), Shown(table, 80));
    }

    [Fact]
    public void NotSeen_TheSameBytesAtAnyWidth()
    {
        string[] written = [.. ((int?[])[null, 10, 80]).Select(width => Write(s_channels, isSeen: false, width))];
        Assert.Equal(
            $"""
            channel  cogs  sender                                      state
                  5  1000  {Address}  is claimed in the next round
               1234     7  {Address}  -

            """,
            Assert.Single(written.Distinct()));
    }

    private static string Shown(ReportTable table, int width) => Write(table, isSeen: true, width);

    private static string Write(ReportTable table, bool isSeen, int? width)
    {
        using var output = new StringWriter();
        new Terminal(TextReader.Null, output, TextWriter.Null) { IsOutputSeen = isSeen, Width = width }.Write(table);
        return output.ToString();
    }

    private static string Rule(int width) => new('─', width);

    private static string Trimmed(string text) => string.Join('\n', text.Split('\n').Select(line => line.TrimEnd()));
}
