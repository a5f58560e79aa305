using System.Xml.Linq;
using SnetGateway.TestKit.Processes;

namespace SnetGateway.FunctionalTests.Adversary;

/// <summary>
/// Attacks that need what no endpoint gives: a service that answers wrongly, a clock that jumps, a store whose format changes. They are
/// tests of the suite, run from here so that one command runs all.
/// </summary>
internal static class SuiteAttacks
{
    private static readonly (string Name, string Project, string Filter)[] s_tests =
    [
        ("dishonest payments, one by one", Functional, "Attacks.DishonestPaymentTests"),
        ("forged, stale, foreign and replayed tokens of prepaid calls", Functional, "PaidEndToEnd.PrepaidAttackTests"),
        ("forged, stale and foreign tokens of free calls", Functional, "PaidEndToEnd.FreeCallTests"),
        ("holes of the reference daemon", Functional, "Attacks.HoleTests"),
        ("timing, on a scripted chain and service", Functional, "Attacks.ConcurrentAttackTests"),
        ("HTTP/2 below gRPC", Functional, "Attacks.Http2AttackTests"),
        ("services with invalid responses", Functional, "Attacks.GrpcAttackTests"),
        ("floods of ids against the read budget", Functional, "Attacks.ChannelFloodTests"),
        ("memory that attackers leave in use", Functional, "Attacks.LeakTests"),
        ("streams of reflection and health beyond their bounds", Functional, "Attacks.OwnStreamTests"),
        ("connections that send no first bytes", Functional, "Listeners.SplitPortTests"),
        ("ends of calls that their payer causes", Functional, "PaidCalls.CallEndingTests"),
        ("requests that expand as JSON", Functional, "RequestThatIsTooLongAsJson"),
        ("pages of other origins in private networks", Functional, "PrivateNetwork_IsForListedOriginsOnly"),
        ("one false head, and a claim whose event is withheld", Unit, "HeadJumpTests|FullyQualifiedName~ClaimWhoseEventIsWithheld"),
        ("an etcd that is full, and one that is restored", Unit, "EtcdFullTests|FullyQualifiedName~EtcdRestoreTests"),
        ("two formats for one group", Unit,
            "Format_ThatNamesAnotherVersion|FullyQualifiedName~FormatKey_ThatNamesOthersOnly"
            + "|FullyQualifiedName~Format_DeletedWithTheLedger"),
        ("an earlier nonce's total and funds until its claim is final", Unit,
            "Payments.Channels|FullyQualifiedName~EarlierNonce|FullyQualifiedName~AfterAClaim"),
        ("a late write, a lost response, a repeated write", Unit, "UnknownOutcomeTests"),
    ];

    private const string Functional = "SnetGateway.FunctionalTests";
    private const string Unit = "SnetGateway.Tests";
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    public static IEnumerable<string> Names => s_tests.Select(test => test.Name);

    public static async Task RunAsync(AttackReport report)
    {
        foreach ((string name, string project, string filter) in s_tests)
        {
            DirectoryInfo folder = Directory.CreateTempSubdirectory("snet-adversary-");
            try
            {
                string results = Path.Combine(folder.FullName, "results.trx");
                await using var tests = ChildProcess.Start("dotnet",
                [
                    "test", Repository.Existing($"tests/{project}", "check the repository out whole"), "--no-build", "--nologo", "-c",
                    Repository.Configuration,
                    "--filter", $"FullyQualifiedName~{filter}", "--logger", $"trx;LogFileName={results}",
                ]);
                await tests.WaitForExitAsync(s_patience);
                ILookup<bool, string> ran = Read(results).ToLookup(test => test.Passed, test => test.Name);
                report.AddTests(name, ran[true].Count(), [.. ran[false]]);
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }
    }

    private static IEnumerable<(string Name, bool Passed)> Read(string results) =>
        !File.Exists(results) ? [] : XDocument.Load(results).Descendants()
            .Where(element => element.Name.LocalName == "UnitTestResult")
            .Select(element => (element.Attribute("testName")!.Value, element.Attribute("outcome")!.Value == "Passed"));
}
