using System.Text;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.FunctionalTests.Interop;

/// <summary>Holds the table in docs/interop.md to what the tests run. SNET_UPDATE_FILES=1 writes it anew.</summary>
public sealed class InteropTableTests
{
    private const string Page = "docs/interop.md";
    private const string Begin = "<!-- table -->\n";
    private const string End = "<!-- end of table -->";

    [Fact]
    public void Table_SaysWhatIsTested()
    {
        string page = RepositoryFiles.Read(Page);
        int from = page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, to = page.IndexOf(End, StringComparison.Ordinal);
        string wanted = page[..from] + Table() + page[to..];
        if (Environment.GetEnvironmentVariable("SNET_UPDATE_FILES") == "1")
        {
            File.WriteAllText(RepositoryFiles.PathOf(Page), wanted);
        }

        Assert.Equal(wanted, RepositoryFiles.Read(Page));
    }

    private static string Table()
    {
        InteropStack[] stacks = Enum.GetValues<InteropStack>();
        var text = new StringBuilder("| case |");
        text.AppendJoin("", stacks.Select(stack => $" {NameOf(stack)} |")).Append('\n');
        text.Append("|---|").AppendJoin("", stacks.Select(_ => "---|")).Append('\n');
        foreach (string name in InteropCases.All)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"| `{name}` |");
            text.AppendJoin("", stacks.Select(stack => $" {CellOf(stack)} |")).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>In which ways a stack runs the cases: each row of the tests' own data runs all of them.</summary>
    private static string CellOf(InteropStack stack)
    {
        (bool Paid, bool Tls)[] ways =
            [.. InteropTests.Ways().Select(row => row.Data).Where(data => data.Item1 == stack).Select(data => (data.Item2, data.Item3))];
        return ways.Length == 4 ? "all"
            : ways.Length == 0 ? "-"
            : string.Join(", ", ways.Select(way => $"{(way.Paid ? "paid" : "unpaid")} {(way.Tls ? "TLS" : "h2c")}"));
    }

    private static string NameOf(InteropStack stack) => stack switch
    {
        InteropStack.GrpcJs => "grpc-js",
        InteropStack.PythonGrpcio => "python3-grpcio",
        InteropStack.ConnectNode => "connect-node",
        _ => "grpc-go",
    };
}
