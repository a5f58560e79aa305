using System.Reflection;
using System.Text.RegularExpressions;
using Grpc.Core;
using SnetGateway.Gateway.PaidCalls;
using SnetGateway.GrpcWire.Frames;
using SnetGateway.Payments.Chain;
using SnetGateway.Payments.FreeCalls;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Values;
using SnetGateway.TestKit;
using Xunit;
using Yarp.ReverseProxy.Forwarder;

namespace SnetGateway.Tests.Tidy;

/// <summary>docs/statuses.md lists every refusal of a payment and every failure of a call as the code has it.</summary>
public sealed partial class StatusPageTests
{
    [Fact]
    public void Refusals_AreThePages() => AssertListed(
        "## Refusals of a payment",
        (from factory in typeof(Refusals).GetMethods(BindingFlags.Public | BindingFlags.Static)
         where factory.ReturnType == typeof(PaymentRefusal)
         select (PaymentRefusal)factory.Invoke(null, [.. factory.GetParameters().Select(Sample)])!)
            .Concat(FreeCallFaults.Select(fault => fault.AsRefusal))
            .Select(refusal => (refusal.StatusCode, refusal.Message)));

    [Fact]
    public void Failures_AreThePages() => AssertListed(
        "## Failures of a call",
        typeof(CallFailures)
            .GetProperties(BindingFlags.Public | BindingFlags.Static)
            .Select(property => (CallFailure)property.GetValue(null)!)
                .Append(CallFailures.OfHttpStatus(503))
                .Append(CallFailures.OfForwarder(ForwarderError.Request, new HttpProtocolException(2, "reset", null)))
                .Append(CallFailures.OfRequestFrame(FrameEvent.TooLong, 11, 10))
                .Append(CallFailures.OfResponseFrame(FrameEvent.TooLong, 11, 10))
                .Select(failure => ((int)failure.Status.StatusCode, failure.Status.Detail)));

    /// <summary>What a free call can be refused for before its quota is looked at.</summary>
    private static FreeCallFault[] FreeCallFaults =>
    [
        FreeCallFault.NoSeparator, FreeCallFault.NoBlockNumber, FreeCallFault.Unsigned(FreeCallFault.InvalidSignature([])),
        FreeCallFault.Unsigned(FreeCallFault.InvalidSignature(new byte[65])), FreeCallFault.NotAllowedToUse(),
        FreeCallFault.OtherSigner("x", "x"), FreeCallFault.ForeignToken, FreeCallFault.TokenExpired,
        FreeCallFault.Stale(BlockFreshness.Expired), FreeCallFault.Stale(BlockFreshness.Unreadable),
    ];

    private static void AssertListed(string heading, IEnumerable<(int Code, string Text)> ofTheCode)
    {
        string page = RepositoryFiles.Read("docs/statuses.md");
        int start = page.IndexOf(heading, StringComparison.Ordinal);
        string section = page[start..page.IndexOf("\n## ", start + 1, StringComparison.Ordinal)];
        (string Status, Regex Text)[] rows =
            [.. Row().Matches(section).Select(match => (match.Groups[1].Value, Pattern(match.Groups[2].Value)))];
        HashSet<(string Status, Regex Text)> unused = rows.ToHashSet();
        foreach ((int code, string text) in ofTheCode)
        {
            (string Status, Regex Text)[] listed = [.. rows.Where(row => row.Text.IsMatch(text))];
            Assert.True(listed.Length == 1, $"{text}: {listed.Length} rows");
            Assert.True(listed[0].Status is "{status}" || listed[0].Status == Name(code), $"{text}: {Name(code)}");
            unused.Remove(listed[0]);
        }

        Assert.Empty(unused.Select(row => row.Text.ToString()));
    }

    private static string Name(int code) =>
        code == 1000 ? "1000" : $"{code} {ScreamingCase().Replace(((StatusCode)code).ToString(), "_$0").ToUpperInvariant()}".Replace(
            "O_K", "OK", StringComparison.Ordinal);

    private static Regex Pattern(string text) => new($"^{Placeholder().Replace(Regex.Escape(text), ".*")}$");

    private static object Sample(ParameterInfo parameter) => parameter.ParameterType switch
    {
        var type when type == typeof(string) => "x",
        var type when type == typeof(ulong) => 7UL,
        var type when type == typeof(RefusalReason) => RefusalReason.NotRecorded,
        var type when type == typeof(ChannelId) => new ChannelId(7),
        var type when type == typeof(ChannelNonce) => new ChannelNonce(7),
        var type when type == typeof(UInt256) => UInt256.FromUInt64(7),
        var type when type == typeof(TimeSpan) => TimeSpan.FromSeconds(7),
        var type when type == typeof(Bytes32) => new Bytes32(new byte[32]),
        var type when type == typeof(IEnumerable<string?>) => new[] { "x", "y" },
        var type => throw new NotSupportedException($"a sample of {type} is needed"),
    };

    [GeneratedRegex(@"^\| ([^|]+?) \| `([^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\\\{(?:[a-z]+|status)}")]
    private static partial Regex Placeholder();

    [GeneratedRegex("(?<!^)[A-Z]")]
    private static partial Regex ScreamingCase();
}
