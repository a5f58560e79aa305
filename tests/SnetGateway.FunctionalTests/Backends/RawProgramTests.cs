using System.Text.Json.Nodes;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Payments.Settlement;
using Xunit;

namespace SnetGateway.FunctionalTests.Backends;

/// <summary>
/// Programs of the system as services: one text or bytes field of the request on stdin, stdout in one field of the response.
/// </summary>
public sealed class RawProgramTests
{
    [Theory]
    [InlineData("tr", "a-z A-Z", "hello", "HELLO")]
    [InlineData("wc", "-c", "für", "4")]
    [InlineData("cat", "", "", "")]
    [InlineData("awk", "{print $2}", "one two", "two")]
    [InlineData("sort", "-n", "10\n9\n", "9\n10")]
    public async Task ProgramOfTheSystem_ServesText(string command, string arguments, string request, string response)
    {
        using var folder = new ProgramFolder();
        string[] parts = command == "awk" ? [arguments] : arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        await using TranslatorRig rig = await StartAsync(folder, command, [.. parts.Select((part, at) => ($"Arguments:{at}", part))]);
        JsonNode answer = await rig.AskAsync("Word", JsonValue.Create(request).ToJsonString());
        Assert.Equal(response, answer.GetValue<string>());
        Assert.Equal("settled", await rig.Harness.Reservation.Ended.WithTimeout());
    }

    [Fact]
    public async Task JsonClient_IsServedToo()
    {
        using var folder = new ProgramFolder();
        await using TranslatorRig rig = await StartAsync(folder, "rev");
        GrpcReply reply = await rig.CallJsonAsync("Word", "\"abc\"");
        Assert.Equal(["\"cba\""], reply.Texts);
    }

    [Fact]
    public async Task BytesField_TakesAnyOutput_AndIsNotTrimmed()
    {
        using var folder = new ProgramFolder();
        await using TranslatorRig rig = await StartAsync(folder, "cat");
        JsonNode answer = await rig.AskAsync("Bytes", """{"content":"/wAK"}""");
        Assert.Equal("/wAK", answer["content"]!.GetValue<string>());
    }

    [Fact]
    public async Task Lines_AreMessagesOfAStream()
    {
        using var folder = new ProgramFolder();
        await using TranslatorRig rig = await StartAsync(folder, "sort", [("Methods:/test.Echo/Words:Output", "Lines")]);
        GrpcReply reply = await rig.CallAsync("Words", "\"b\\na\"");
        Assert.Equal(0, reply.Status);
        Assert.Equal(["a", "b"], reply.Messages.Select(message => rig.Decode("Words", message).GetValue<string>()));
    }

    [Fact]
    public async Task OutputThatIsNotUtf8_IsInternal_AndNotCharged()
    {
        using var folder = new ProgramFolder();
        await using TranslatorRig rig = await StartAsync(folder, folder.Shell("printf '\\377'"));
        GrpcReply reply = await rig.CallAsync("Word", "\"a\"");
        Assert.Equal(13, reply.Status);
        Assert.Equal("the service's response is not valid UTF-8", reply.Message);
        Assert.Equal(nameof(ReleaseReason.ServiceFailed), await rig.Harness.Reservation.Ended.WithTimeout());
    }

    [Theory]
    [InlineData("Word", "\u0008", 3)]
    [InlineData("Call", "", 14)]
    public async Task RequestThatCannotBeGivenToTheProgram_StartsNothing(string method, string message, int status)
    {
        using var folder = new ProgramFolder();
        await using TranslatorRig rig = await StartAsync(folder, folder.Shell("touch started"));
        Assert.Equal(status, (await rig.CallAsync(method, Wire.Frame(message))).Status);
        Assert.False(File.Exists(folder.File("started")));
    }

    private static Task<TranslatorRig> StartAsync(ProgramFolder folder, string command, params (string Key, string Value)[] options) =>
        TranslatorRig.StartProgramAsync(folder, command, more: [("Messages", "Raw"), .. options]);
}
