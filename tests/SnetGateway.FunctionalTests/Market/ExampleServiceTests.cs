using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.Market;

/// <summary>Both services, each asked by both clients: whatever differs behind a gateway later is the gateway's doing.</summary>
[Trait("Needs", "chain")]
public sealed class ExampleServiceTests(ExampleServicesFixture services) : IClassFixture<ExampleServicesFixture>
{
    public static TheoryData<ExampleLanguage, ClientStack> Pairs => new()
    {
        { ExampleLanguage.CSharp, ClientStack.Node },
        { ExampleLanguage.CSharp, ClientStack.Python },
        { ExampleLanguage.JavaScript, ClientStack.Node },
        { ExampleLanguage.JavaScript, ClientStack.Python },
    };

    [Theory, MemberData(nameof(Pairs))]
    public async Task Calls_OfAllKinds_AnswerAsAsked(ExampleLanguage language, ClientStack stack)
    {
        ExampleServiceProcess service = services[language];
        Task<CallReport> Call(string method, params object[] requests) =>
            PayingClient.CallAsync(
                stack,
                new ClientJob { Endpoint = service.Endpoint, Method = $"example.Echo/{method}", Requests = requests, DeadlineMs = 20_000 });

        CallReport say = await Call("Say", new { text = "hello" });
        CallReport count = await Call("Count", new { text = "tick", answers = 4 });
        CallReport gather = await Call("Gather", new { text = "one" }, new { text = "two" });
        CallReport talk = await Call("Talk", new { text = "a" }, new { text = "b", answers = 2 });

        Assert.All([say, count, gather, talk], call => Assert.Equal(0, call.Code));
        Assert.Equal(["hello"], say.Texts);
        Assert.Equal(service.Name, say.Messages[0].GetProperty("instance").GetString());
        Assert.InRange(say.Messages[0].GetProperty("deadlineMs").GetInt32(), 1, 20_000);
        Assert.Equal(["tick", "tick", "tick", "tick"], count.Texts);
        Assert.Equal(["one two"], gather.Texts);
        Assert.Equal(["a", "b", "b"], talk.Texts);
    }

    [Theory, MemberData(nameof(Pairs))]
    public async Task Metadata_GoesBothWays(ExampleLanguage language, ClientStack stack)
    {
        ExampleServiceProcess service = services[language];

        CallReport call = await PayingClient.CallAsync(stack, new ClientJob
        {
            Endpoint = service.Endpoint,
            Method = "example.Echo/Say",
            Requests = [new
            {
                showMetadata = true,
                initialMetadata = new Dictionary<string, string> { ["x-early"] = "e", ["x-early-bin"] = "AAEC" },
                trailingMetadata = new Dictionary<string, string> { ["x-late"] = "l" },
            }],
            Metadata = new Dictionary<string, object?> { ["x-text"] = new[] { "1", "2" }, ["x-bytes-bin"] = "AQI=" },
        });

        var received = call.Messages[0].GetProperty("metadata").EnumerateArray()
            .ToDictionary(entry => entry.GetProperty("key").GetString()!, entry => entry.GetProperty("value").GetString()!);
        Assert.Equal("1, 2", received["x-text"]);
        Assert.Equal("AQI=", received["x-bytes-bin"]);
        Assert.Equal(["e"], call.InitialMetadata!["x-early"]);
        Assert.Equal(["AAEC"], call.InitialMetadata!["x-early-bin"]);
        Assert.Equal(["l"], call.Trailers!["x-late"]);
    }

    [Theory, MemberData(nameof(Pairs))]
    public async Task Failure_AfterAnswers_ComesWithTrailers(ExampleLanguage language, ClientStack stack)
    {
        ExampleServiceProcess service = services[language];

        CallReport call = await PayingClient.CallAsync(stack, new ClientJob
        {
            Endpoint = service.Endpoint,
            Method = "example.Echo/Count",
            Requests = [new
            {
                answers = 5,
                paddingBytes = 1000,
                failure = new { code = 9, message = "as asked", afterAnswers = 2 },
                trailingMetadata = new Dictionary<string, string> { ["x-late"] = "l" },
            }],
        });

        Assert.Equal((9, "as asked"), (call.Code, call.Details));
        Assert.Equal([1000, 1000], call.Messages.Select(message => message.GetProperty("padding").GetBytesFromBase64().Length));
        Assert.Equal(["l"], call.Trailers!["x-late"]);
    }

    [Theory, MemberData(nameof(Pairs))]
    public async Task Stall_HeadersFirst_EndsWithTheDeadline(ExampleLanguage language, ClientStack stack)
    {
        ExampleServiceProcess service = services[language];

        CallReport call = await PayingClient.CallAsync(stack, new ClientJob
        {
            Endpoint = service.Endpoint,
            Method = "example.Echo/Count",
            Requests =
                [new { stallAfter = 1, headersFirst = true, initialMetadata = new Dictionary<string, string> { ["x-early"] = "e" } }],
            DeadlineMs = 2000,
        });

        Assert.Equal(4, call.Code);
        Assert.Single(call.Messages);
        Assert.Equal(["e"], call.InitialMetadata!["x-early"]);
    }

    [Theory]
    [InlineData(ExampleLanguage.CSharp)]
    [InlineData(ExampleLanguage.JavaScript)]
    public async Task Control_SetsHealthAndCountsCalls(ExampleLanguage language)
    {
        await using ExampleServiceProcess service = await ExampleServiceProcess.StartAsync(language, "second");
        Task<CallReport> Call(string method, object request, int? leaveAfter = null) => PayingClient.CallAsync(
            ClientStack.Node,
            new ClientJob { Endpoint = service.Endpoint, Method = method, Requests = [request], CancelAfterMessages = leaveAfter });

        CallReport first = await Call("example.Echo/Say", new { });
        await Call("example.Echo/Say", new { failure = new { code = 5, message = "no" } });
        await Call("example.Echo/Count", new { stallAfter = 1, answers = 2 }, leaveAfter: 1);
        CallReport before = await Call("grpc.health.v1.Health/Check", new { service = "example.Echo" });
        await Call("example.EchoControl/SetServing", new { serving = false });
        CallReport after = await Call("grpc.health.v1.Health/Check", new { service = "example.Echo" });
        CallReport watched = await Call("grpc.health.v1.Health/Watch", new { }, leaveAfter: 1);
        CallReport unknown = await Call("grpc.health.v1.Health/Check", new { service = "no.Such" });
        CallReport counts = await Call("example.EchoControl/GetCalls", new { });

        Assert.Equal("second", first.Messages[0].GetProperty("instance").GetString());
        Assert.Equal("SERVING", Status(before));
        Assert.Equal("NOT_SERVING", Status(after));
        Assert.Equal("NOT_SERVING", Status(watched));
        Assert.Equal(5, unknown.Code);
        Assert.Equal(("3", "1", "1"), (Count(counts, "begun"), Count(counts, "succeeded"), Count(counts, "failed")));

        static string? Status(CallReport call) => call.Messages[0].GetProperty("status").GetString();
        static string? Count(CallReport call, string name) => call.Messages[0].GetProperty(name).GetString();
    }

    [Theory]
    [InlineData(ExampleLanguage.CSharp)]
    [InlineData(ExampleLanguage.JavaScript)]
    public async Task Process_EndsOnSigtermAndWithItsInput(ExampleLanguage language)
    {
        await using ExampleServiceProcess terminated = await ExampleServiceProcess.StartAsync(language);
        await using ExampleServiceProcess orphaned = await ExampleServiceProcess.StartAsync(language);

        orphaned.Process.CloseInput();

        Assert.Equal(0, await terminated.Process.TerminateAsync());
        Assert.Equal(0, await orphaned.Process.WaitForExitAsync());
    }
}
