using System.IO.Compression;
using System.Text;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Payments.Refusal;
using SnetGateway.Payments.Settlement;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.FunctionalTests.Backends;

/// <summary>Programs as services, with real executables: what goes in, what comes out, and what an end means.</summary>
[Trait("Needs", "python3")]
public sealed class ProcessCallTests
{
    private const string EchoInC = """
        #include <unistd.h>
        int main(void) {
          static char buffer[65536];
          for (;;) {
            ssize_t n = read(0, buffer, sizeof buffer);
            if (n <= 0) return n < 0;
            for (ssize_t at = 0; at < n;) { ssize_t w = write(1, buffer + at, n - at); if (w < 0) return 2; at += w; }
          }
        }
        """;

    [Fact]
    [Rule(23)]
    public async Task PythonScript_GetsMethodAndMessage_AndItsOutputIsTheAnswer()
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(folder.Python("""
            import os, sys
            environment = (os.environ["SNET_USER_ADDRESS"] + "/" + os.environ["SNET_METHOD"]).encode()
            sys.stdout.buffer.write(sys.argv[-1].encode() + b"/" + sys.stdin.buffer.read()[::-1] + b"/" + environment)
            """), ("Arguments:0", "{method}"));
        GrpcReply reply = await gateway.CallAsync("olleh");
        Assert.Equal(0, reply.Status);
        Assert.Equal([$"{GatewayHarness.Method}/hello/{GatewayHarness.PayerText}/{GatewayHarness.Method}"], reply.Texts);
        Assert.Equal("settled", await gateway.Reservation.Ended.WithTimeout());
    }

    [Fact]
    public async Task ShellPipeline_Works_AndSeesSigPipe()
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(folder.Shell("yes | head -n 1; tr a-z A-Z | rev"));
        GrpcReply reply = await gateway.CallAsync("shout");
        Assert.Equal(0, reply.Status);
        Assert.Equal(["y\nTUOHS"], reply.Texts.Select(text => text.TrimEnd('\n')));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(10 * 1024 * 1024)]
    public async Task CProgram_EchoesAnySize(int size)
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(await folder.CompileAsync(EchoInC));
        byte[] message = new byte[size];
        new Random(size).NextBytes(message);
        GrpcReply reply = await gateway.CallAsync(Wire.Frame(message));
        Assert.Equal(0, reply.Status);
        Assert.True(Assert.Single(reply.Messages).AsSpan().SequenceEqual(message));
    }

    [Fact]
    public async Task ProgramThatWritesBeforeItReads_DoesNotDeadlock()
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(folder.Python("""
            import sys
            sys.stderr.write("e" * 300000)
            sys.stdout.buffer.write(b"o" * 5000000)
            sys.stdout.buffer.flush()
            sys.stdout.buffer.write(b"%d" % len(sys.stdin.buffer.read()))
            """));
        GrpcReply reply = await gateway.CallAsync(Wire.Frame(new byte[10 * 1024 * 1024]));
        Assert.Equal(0, reply.Status);
        Assert.Equal(5_000_008, Assert.Single(reply.Messages).Length);
        Assert.EndsWith("o10485760", reply.Texts[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exec <&-; sleep 0.05; printf done")]
    [InlineData("head -c 10 >/dev/null; printf done")]
    [InlineData("printf done")]
    public async Task ProgramThatClosesItsInputEarly_IsAnsweredAllTheSame(string script)
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(folder.Shell(script));
        GrpcReply reply = await gateway.CallAsync(Wire.Frame(new byte[10 * 1024 * 1024]));
        Assert.Equal(["done"], reply.Texts);
        Assert.Equal(0, reply.Status);
    }

    [Theory]
    [InlineData("3", 5, "the service's program ended with exit code 3")]
    [InlineData("4", 13, "the service's program ended with exit code 4")]
    [InlineData("5", 0, "")]
    public async Task ExitCode_IsAStatus_AndOutputOfAFailureIsNotSent(string code, int status, string text)
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(
            folder.Shell($"printf half; echo 'password is secret' >&2; exit {code}"), ("ExitStatuses:3", "NotFound"),
            ("ExitStatuses:5", "Ok"));
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.Equal(status, reply.Status);
        Assert.Equal(text, reply.Message);
        Assert.Equal(status != 0, reply.IsTrailersOnly);
        Assert.Equal(status == 0 ? "settled" : nameof(ReleaseReason.ServiceFailed), await gateway.Reservation.Ended.WithTimeout());
        Assert.Contains(gateway.Log.Lines, line => line.Event == "ProgramWrote" && line.Text.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task LastErrorLine_IsExposed_WhenConfigured()
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(
            folder.Shell("echo first >&2; printf 'the picture\\tis too small\\n\\n' >&2; exit 1"), ("ExposeErrors", "true"),
            ("ExitStatuses:1", "InvalidArgument"));
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.Equal(3, reply.Status);
        Assert.Equal("the picture is too small", reply.Message);
    }

    [Fact]
    public async Task EndBySignal_IsAnExitCodeAbove128()
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(folder.Shell("kill -SEGV $$"));
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.Equal(13, reply.Status);
        Assert.Equal("the service's program ended with exit code 139", reply.Message);
    }

    [Fact]
    public async Task StandardError_IsLoggedWithinItsBound()
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(
            folder.Shell("yes 'a line of some length' | head -n 100000 >&2; printf done"));
        Assert.Equal(["done"], (await gateway.CallAsync("a")).Texts);
        Assert.InRange(gateway.Log.Lines.Count(line => line.Event == "ProgramWrote"), 300, 400);
        Assert.Single(gateway.Log.Lines, line => line.Text.Contains("the rest of stderr is not logged", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AnswerAboveTheLimit_IsRefusedBeforeItIsCharged_AndTheProgramKilled()
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(
            folder.Shell("echo $$ > pid; yes"), ("SnetGateway:Limits:MaxResponseMessageBytes", "100000"));
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.Equal(8, reply.Status);
        Assert.True(reply.IsTrailersOnly);
        Assert.Equal(nameof(ReleaseReason.ServiceFailed), await gateway.Reservation.Ended.WithTimeout());
        int pid = Assert.Single(await folder.PidsAsync("pid", 1));
        await Eventually.TrueAsync(() => !ProgramFolder.IsAlive(pid));
    }

    [Theory]
    [InlineData("Message")]
    [InlineData("Lines")]
    [Rule(1)]
    public async Task SettleRefused_NoByteOfAProgramsAnswerLeaves(string output)
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(folder.Shell("echo answer"), ("Output", output));
        gateway.OnSettle = () => new(Refusals.NotRecorded());
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.Equal(13, reply.Status);
        Assert.Equal("unable to store new payment channel state", reply.Message);
        Assert.Empty(reply.Body);
    }

    [Fact]
    public async Task CompressedMessage_IsExpandedForTheProgram()
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(folder.Shell("cat"));
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write("unpacked"u8);
        }

        Dictionary<string, string> headers = GatewayHarness.Payment();
        headers["grpc-encoding"] = "gzip";
        Assert.Equal(["unpacked"], (await gateway.CallAsync(Wire.Frame(packed.ToArray(), compressed: true), headers)).Texts);
        headers["grpc-encoding"] = "snappy";
        GrpcReply refused = await gateway.CallAsync(Wire.Frame("x", compressed: true), headers);
        Assert.Equal(12, refused.Status);
        Assert.Equal("identity,gzip", GrpcReply.One(refused.Headers, "grpc-accept-encoding"));
    }

    [Fact]
    public async Task MessageBomb_IsRefused()
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(folder.Shell("cat"));
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(new byte[64 * 1024 * 1024]);
        }

        Dictionary<string, string> headers = GatewayHarness.Payment();
        headers["grpc-encoding"] = "gzip";
        Assert.Equal(8, (await gateway.CallAsync(Wire.Frame(packed.ToArray(), compressed: true), headers)).Status);
    }

    [Theory]
    [InlineData(0, "the request has no message")]
    [InlineData(2, "the request has more than one message")]
    public async Task AnyOtherNumberOfMessages_IsInternal(int count, string text)
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(folder.Shell("cat"));
        byte[] body = [.. Enumerable.Range(0, count).SelectMany(_ => Wire.Frame("m"))];
        GrpcReply reply = await gateway.CallAsync(body);
        Assert.Equal(13, reply.Status);
        Assert.Equal(text, reply.Message);
    }

    [Theory]
    [InlineData("/test.Echo/--help")]
    [InlineData("/test.Echo/-c")]
    [InlineData("/test.Echo/a%20b")]
    [InlineData("/test.Echo/1st")]
    public async Task MethodNameThatCouldBeAnOption_NeverReachesTheProgram(string method)
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(folder.Shell("touch started"));
        GrpcReply reply = await gateway.CallAsync(Wire.Frame("a"), GatewayHarness.Payment(), method);
        Assert.Equal(12, reply.Status);
        Assert.False(File.Exists(folder.File("started")));
    }

    [Fact]
    public async Task Json_PassesThrough_AsJson()
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(folder.Python("""
            import json, os, sys
            print(json.dumps({"sum": sum(json.load(sys.stdin)["numbers"]), "type": os.environ["SNET_CONTENT_TYPE"]}), end="")
            """));
        using HttpRequestMessage request = gateway.Request(
            GatewayHarness.Method, new ByteArrayContent(Wire.Frame("{\"numbers\":[1,2]}")), GatewayHarness.Payment());
        request.Content!.Headers.Remove("content-type");
        request.Content.Headers.TryAddWithoutValidation("content-type", "application/grpc+json");
        using HttpResponseMessage response = await gateway.SendAsync(request).WithTimeout();
        GrpcReply reply = await GrpcReply.ReadAsync(response).WithTimeout();
        Assert.Equal(["{\"sum\": 3, \"type\": \"application/grpc+json\"}"], reply.Texts);
        Assert.Equal("application/grpc+json", GrpcReply.One(reply.ContentHeaders, "content-type"));
    }

    [Fact]
    public async Task Environment_HoldsWhatIsConfigured_AndNoSecretsOfTheGateway()
    {
        Environment.SetEnvironmentVariable("PROGRAM_TEST_SECRET", "hidden");

        // A key that exists, at its default: gateways that other tests start concurrently read it too.
        Environment.SetEnvironmentVariable("SnetGateway__Limits__MaxMetadataBytes", "16384");
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(
            folder.Shell("printf '%s|%s|' \"$MODEL\" \"$PROGRAM_TEST_SECRET\"; env | grep -c SnetGateway__; pwd"),
            ("Environment:MODEL", "large $HOME;`id`"));
        string[] lines = (await gateway.CallAsync("a")).Texts.Single().Split('\n');
        Assert.Equal("large $HOME;`id`||0", lines[0]);
        Assert.Equal(folder.Path, lines[1]);
    }

    [Fact]
    public async Task Arguments_AreGivenAsTheyAre()
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(
            folder.Shell("for a in \"$@\"; do printf '[%s]' \"$a\"; done"), ("Arguments:0", "$(id) *"), ("Arguments:1", "ü"));
        Assert.Equal(["[$(id) *][ü]"], (await gateway.CallAsync("a")).Texts);
    }

    [Fact]
    public async Task ProgramThatIsGone_IsUnavailable()
    {
        using var folder = new ProgramFolder();
        string program = folder.Shell("cat");
        await using GatewayHarness gateway = await folder.StartAsync(program);
        File.Delete(program);
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.Equal(14, reply.Status);
        Assert.Equal("the service's program cannot be started", reply.Message);
        await File.WriteAllTextAsync(program, "no executable format");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        Assert.Equal(14, (await gateway.CallAsync("a")).Status);
        Assert.True(gateway.Log.Has("ProgramNotStarted"));
        Assert.True(gateway.Log.Has("ProgramFailed"));
    }

    [Fact]
    public async Task Lines_AreMessages_EachWhenItIsThere()
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(
            folder.Shell("echo '{\"n\":1}'; while [ ! -e go ]; do sleep 0.01; done; printf '\\n\\r\\n{\"n\":2}\\r\\n{\"n\":3}'"),
            ("Output", "Lines"));
        using HttpResponseMessage response = await gateway.SendAsync(
            gateway.Request(GatewayHarness.Method, new ByteArrayContent(Wire.Frame("a")), GatewayHarness.Payment())).WithTimeout();
        Stream answer = await response.Content.ReadAsStreamAsync().WithTimeout();
        byte[] first = new byte[12];
        await answer.ReadExactlyAsync(first).AsTask().WithTimeout();
        Assert.Equal("{\"n\":1}", Encoding.UTF8.GetString(first.AsSpan(5)));
        Assert.Equal("settled", await gateway.Reservation.Ended.WithTimeout());
        await File.WriteAllTextAsync(folder.File("go"), "");
        var rest = new MemoryStream();
        await answer.CopyToAsync(rest).WithTimeout();
        Assert.Equal(["{\"n\":2}", "{\"n\":3}"], Wire.Messages(rest.ToArray(), out _).Select(Encoding.UTF8.GetString));
        Assert.Equal("0", GrpcReply.One(response.TrailingHeaders, "grpc-status"));
    }

    [Fact]
    public async Task Frames_AreMessages_OfAnySize()
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(folder.Python("""
            import struct, sys
            for size in (0, 1, 70000, 5000000):
                sys.stdout.buffer.write(struct.pack(">I", size) + b"x" * size)
            """), ("Output", "Frames"));
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.Equal(0, reply.Status);
        Assert.Equal([0, 1, 70_000, 5_000_000], reply.Messages.Select(message => message.Length));
    }

    [Theory]
    [InlineData("printf '\\000\\000\\000\\005abc'", 13, 0)]
    [InlineData("printf '\\000\\000'", 13, 0)]
    [InlineData("printf '\\377\\377\\377\\377'; sleep 60", 8, 0)]
    [InlineData("printf '\\000\\000\\000\\001a'; exit 7", 13, 1)]
    [InlineData("true", 0, 0)]
    public async Task FramesThatEndBadly_HaveTheirStatus(string script, int status, int messages)
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(folder.Shell(script), ("Output", "Frames"));
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.Equal(status, reply.Status);
        Assert.Equal(messages, reply.Messages.Count);
        Assert.Equal(
            messages > 0 || status == 0 ? "settled" : nameof(ReleaseReason.ServiceFailed), await gateway.Reservation.Ended.WithTimeout());
    }

    [Fact]
    public async Task LineAboveTheLimit_EndsTheStream_AndTheProgram()
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(
            folder.Shell("echo $$ > pid; echo one; tr '\\0' x < /dev/zero"), ("Output", "Lines"),
            ("SnetGateway:Limits:MaxResponseMessageBytes", "100000"));
        GrpcReply reply = await gateway.CallAsync("a");
        Assert.Equal(8, reply.Status);
        Assert.Equal(["one"], reply.Texts);
        int pid = Assert.Single(await folder.PidsAsync("pid", 1));
        await Eventually.TrueAsync(() => !ProgramFolder.IsAlive(pid));
    }
}
