using System.Text;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using Xunit;

namespace SnetGateway.FunctionalTests.Backends;

/// <summary>Programs that speak JSON, for clients that speak protobuf.</summary>
[Trait("Needs", "python3")]
public sealed class JsonProgramTests
{
    /// <summary>Answers with what it was sent, and what it saw of it.</summary>
    private const string Echo = """
        import json, os, sys
        text = sys.stdin.read()
        item = json.loads(text)
        item["tags"] = [os.environ["SNET_CONTENT_TYPE"], ",".join(sorted(item)), "für 'alle'"]
        item["added"] = {"by": "the program"}
        json.dump(item, sys.stdout)
        """;

    [Fact]
    public async Task ProtobufClient_IsTranslatedBothWays()
    {
        using var folder = new ProgramFolder();
        await using TranslatorRig rig = await TranslatorRig.StartProgramAsync(folder, folder.Python(Echo));
        string answer =
            (await rig.AskAsync("Call", """{"itemId":"a","bigNumber":"9007199254740993","innerItem":{"color":"RED"}}""")).ToJsonString();
        Assert.Contains("\"item_id\":\"a\"", answer, StringComparison.Ordinal);
        Assert.Contains("\"big_number\":\"9007199254740993\"", answer, StringComparison.Ordinal);
        Assert.Contains("\"inner_item\":{\"color\":\"RED\"}", answer, StringComparison.Ordinal);
        Assert.Contains("application/grpc\\u002Bjson\",\"big_number,inner_item,item_id\"", answer, StringComparison.Ordinal);
        Assert.Equal("settled", await rig.Harness.Reservation.Ended.WithTimeout());
    }

    [Fact]
    public async Task JsonClient_MeetsTheSameProgram_AndTheCanonicalSpelling()
    {
        using var folder = new ProgramFolder();
        await using TranslatorRig rig = await TranslatorRig.StartProgramAsync(folder, folder.Python(Echo));
        GrpcReply reply = await rig.CallJsonAsync("Call", """{"itemId":"a","big_number":1}""");
        Assert.Equal(0, reply.Status);
        Assert.Contains("\"itemId\":\"a\"", reply.Texts[0], StringComparison.Ordinal);
        Assert.Contains("big_number,item_id", reply.Texts[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_AreMessagesOfAStream_EachWhenItIsThere()
    {
        using var folder = new ProgramFolder();
        await using TranslatorRig rig = await TranslatorRig.StartProgramAsync(
            folder, folder.Shell("""echo '{"item_id":"1"}'; while [ ! -e go ]; do sleep 0.02; done; printf '{}\r\n\n{"itemId":"3"}'"""),
            "Lines");
        using HttpResponseMessage response = await rig.Harness.SendAsync(rig.Harness.Request(
            TranslatorRig.Path("Stream"), new ByteArrayContent(Wire.Frame(rig.Encode("Stream", "{}"))),
            GatewayHarness.Payment())).WithTimeout();
        await using Stream body = await response.Content.ReadAsStreamAsync().WithTimeout();
        byte[] first = Wire.Frame(rig.Encode("Call", """{"itemId":"1"}"""));
        byte[] got = new byte[first.Length];
        await body.ReadExactlyAsync(got).AsTask().WithTimeout();
        Assert.Equal(first, got);
        Assert.Equal("settled", await rig.Harness.Reservation.Ended.WithTimeout());

        await File.WriteAllTextAsync(folder.File("go"), "");
        var rest = new MemoryStream();
        await body.CopyToAsync(rest).WithTimeout();
        byte[] expected = [.. Wire.Frame([]), .. Wire.Frame(rig.Encode("Call", """{"itemId":"3"}"""))];
        Assert.Equal(expected, rest.ToArray());
        Assert.Equal("0", GrpcReply.One(response.TrailingHeaders, "grpc-status"));
    }

    [Fact]
    public async Task Frames_HoldJsonToo()
    {
        using var folder = new ProgramFolder();
        await using TranslatorRig rig = await TranslatorRig.StartProgramAsync(folder, folder.Python("""
            import json, struct, sys
            for i in range(3):
                text = json.dumps({"item_id": str(i) * 100000}).encode()
                sys.stdout.buffer.write(struct.pack(">I", len(text)) + text)
            """), "Frames");
        GrpcReply reply = await rig.CallAsync("Stream", "{}");
        Assert.Equal(0, reply.Status);
        Assert.Equal(
            ["0", "1", "2"], reply.Messages.Select(message => rig.Decode("Call", message)["item_id"]!.GetValue<string>()[99_999..]));
    }

    [Theory]
    [InlineData("Message", "printf '{\"item_id\":'", "the service's response is not valid JSON for test.Item (at $)")]
    [InlineData(
        "Message", "printf '{\"inner_item\":{\"big_number\":\"x\"}}'",
        "the service's response is not valid JSON for test.Item (at $.inner_item.big_number)")]
    [InlineData("Message", "printf ''", "the service's response is not valid JSON for test.Item (at $)")]
    [InlineData("Lines", "echo oops", "the service's response is not valid JSON for test.Item (at $)")]
    [InlineData("Frames", "printf '\\000\\000\\000\\002[]'", "the service's response is not valid JSON for test.Item (at $)")]
    public async Task OutputThatIsNotTheOutputsJson_IsInternal_AndNotCharged(string output, string script, string text)
    {
        using var folder = new ProgramFolder();
        await using TranslatorRig rig = await TranslatorRig.StartProgramAsync(folder, folder.Shell(script), output);
        GrpcReply reply = await rig.CallAsync("Stream", "{}");
        Assert.Equal(13, reply.Status);
        Assert.Equal(text, reply.Message);
        Assert.Empty(reply.Body);
        Assert.Equal(nameof(ReleaseReason.ServiceFailed), await rig.Harness.Reservation.Ended.WithTimeout());
        Assert.True(rig.Harness.Log.Has("ResponseUnusable"));
    }

    [Fact]
    public async Task BadLineInAStream_EndsIt_AndTheProgramWithIt()
    {
        using var folder = new ProgramFolder();
        await using TranslatorRig rig =
            await TranslatorRig.StartProgramAsync(folder, folder.Shell("echo $$ > pid; echo '{}'; echo '{'; exec sleep 1000"), "Lines");
        GrpcReply reply = await rig.CallAsync("Stream", "{}");
        Assert.Equal(13, reply.Status);
        Assert.Single(reply.Messages);
        int pid = Assert.Single(await folder.PidsAsync("pid", 1));
        await Eventually.TrueAsync(() => !ProgramFolder.IsAlive(pid));
    }

    [Theory]
    [InlineData("Call", "\u0008", 3)]
    [InlineData("Missing", "", 12)]
    public async Task RequestThatIsNotTheInput_StartsNothing(string method, string message, int status)
    {
        using var folder = new ProgramFolder();
        await using TranslatorRig rig = await TranslatorRig.StartProgramAsync(folder, folder.Shell("touch started"));
        Assert.Equal(status, (await rig.CallAsync(method, Wire.Frame(Encoding.Latin1.GetBytes(message)))).Status);
        Assert.False(File.Exists(folder.File("started")));
    }

    [Fact]
    public async Task NothingWritten_IsAnEmptyMessage_WhereTheOutputIsEmpty()
    {
        using var folder = new ProgramFolder();
        await using TranslatorRig rig = await TranslatorRig.StartProgramAsync(folder, folder.Shell("true"));
        GrpcReply reply = await rig.CallAsync("Nothing", "{}");
        Assert.Equal(0, reply.Status);
        Assert.Empty(Assert.Single(reply.Messages));
    }

    [Theory]
    [InlineData("Message")]
    [InlineData("Lines")]
    public async Task SettleRefused_NoByteLeaves(string output)
    {
        using var folder = new ProgramFolder();
        await using TranslatorRig rig =
            await TranslatorRig.StartProgramAsync(folder, folder.Shell("echo '{\"item_id\":\"secret\"}'"), output);
        rig.Harness.OnSettle = () => new(Refusals.NotRecorded());
        GrpcReply reply = await rig.CallAsync("Call", "{}");
        Assert.Equal(13, reply.Status);
        Assert.Equal("unable to store new payment channel state", reply.Message);
        Assert.Empty(reply.Body);
    }

    [Fact]
    public async Task AnswerThatIsTooLong_IsRefused()
    {
        using var folder = new ProgramFolder();
        await using TranslatorRig rig = await TranslatorRig.StartProgramAsync(
            folder, folder.Python("""print('{"item_id":"%s"}' % ("x" * 4200000))"""));
        Assert.Equal(8, (await rig.CallAsync("Call", "{}")).Status);
    }
}
