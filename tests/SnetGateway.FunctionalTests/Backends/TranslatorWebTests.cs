using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.FunctionalTests.Web;
using SnetGateway.Payments.Refusal;
using Xunit;

namespace SnetGateway.FunctionalTests.Backends;

/// <summary>gRPC-Web in front of each kind of service that is no gRPC: the one mechanism settles first here too.</summary>
public sealed class TranslatorWebTests(JsonServices services) : IClassFixture<JsonServices>, IDisposable
{
    private readonly ProgramFolder _folder = new();

    public static TheoryData<string, string, string> Ways()
    {
        var ways = new TheoryData<string, string, string>();
        foreach (string kind in (string[])["jsonrpc", "http", "process"])
        {
            foreach (string version in (string[])["1.1", "2.0"])
            {
                ways.Add(kind, version, WebCalls.Binary);
                ways.Add(kind, version, WebCalls.Text);
            }
        }

        return ways;
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task WebCall_IsAnswered_AndSettledBeforeItsFirstByte(string kind, string version, string type)
    {
        await using TranslatorRig rig = await StartAsync(kind);
        var settling = new SyncPoint();
        rig.Harness.OnSettle = async () =>
        {
            await settling.WaitAsync();
            return null;
        };
        byte[] message = rig.Encode("Call", """{"item_id":"a","big_number":"7"}""");
        Task<HttpResponseMessage> sending = rig.Harness.SendAsync(WebCalls.Request(
            rig.Harness, version, type, new ByteArrayContent(WebCalls.Encode(type, Wire.Frame(message))), TranslatorRig.Path("Call")));
        await settling.Reached.WithTimeout();
        Assert.False(sending.IsCompleted);
        settling.Continue();
        using HttpResponseMessage answer = await sending.WithTimeout();
        WebReply reply = await WebReply.ReadAsync(answer).WithTimeout();
        Assert.Equal(0, reply.Status);
        Assert.Equal([System.Text.Encoding.Latin1.GetString(message)], reply.Texts);
        Assert.Equal("settled", await rig.Harness.Reservation.Ended.WithTimeout());
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task SettleRefused_NoMessageByteLeaves(string kind, string version, string type)
    {
        await using TranslatorRig rig = await StartAsync(kind);
        rig.Harness.OnSettle = () => new(Refusals.NotRecorded());
        WebReply reply = await rig.Harness.CallAsync(
            version, type, Wire.Frame(rig.Encode("Call", """{"item_id":"secret"}""")), TranslatorRig.Path("Call"));
        Assert.Equal((13, "unable to store new payment channel state"), (reply.Status, reply.Message));
        Assert.Empty(reply.Texts);
    }

    public void Dispose() => _folder.Dispose();

    private Task<TranslatorRig> StartAsync(string kind) => kind == "process"
        ? TranslatorRig.StartProgramAsync(_folder, _folder.Shell("cat"))
        : TranslatorRig.StartAsync(kind, services.Of(kind));
}
