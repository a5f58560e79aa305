using System.Diagnostics;
using System.Text;
using Google.Protobuf;
using SnetGateway.TestKit;
using SnetGateway.Tests.Gateway;
using Xunit;

namespace SnetGateway.Tests.ProtoJson;

/// <summary>Our mapping against json_format of Python, both ways, over generated messages of every field kind.</summary>
[Trait("Needs", "python3")]
public sealed class PythonMappingTests(ITestOutputHelper output)
{
    private const int Messages = 10_000;

    /// <summary>Debian's interpreter: its protobuf is not visible to another Python that may come first in PATH.</summary>
    private const string Python = "/usr/bin/python3";

    [Fact]
    public async Task GeneratedMessages_AreTheSameInPython()
    {
        var generator = new KindsGenerator(Seeds.Random(output.WriteLine));
        Kinds[] messages = [.. Enumerable.Range(0, Messages).Select(_ => generator.Next())];
        using Process python =
            Process.Start(new ProcessStartInfo(Python, [RepositoryFiles.PathOf("tests/SnetGateway.Tests/ProtoJson/json_mapping.py")])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })!;
        Task writing = WriteAsync(python.StandardInput, messages);

        foreach (Kinds message in messages)
        {
            string[] answer = (await python.StandardOutput.ReadLineAsync().WaitAsync(GrpcTestHost.Patience)
                ?? throw new EndOfStreamException("Python ended; python3-protobuf is needed.")).Split(' ', 2);
            string theirs = Encoding.UTF8.GetString(Convert.FromBase64String(answer[0]));
            Assert.True(message.Equals(KindsSchema.FromJson(theirs)), theirs);

            Assert.True(answer[1] == "same", $"{answer[1]}\n{message}");
        }

        await writing;
        await python.WaitForExitAsync().WaitAsync(GrpcTestHost.Patience);
    }

    private static async Task WriteAsync(StreamWriter input, Kinds[] messages)
    {
        await input.WriteLineAsync(Convert.ToBase64String(KindsSchema.DescriptorSet(withImports: true)));
        await input.WriteLineAsync("snet.tests.kinds.Kinds");
        foreach (Kinds message in messages)
        {
            byte[] bytes = message.ToByteArray();
            var options = new SnetGateway.ProtoJson.ProtoJsonOptions { OriginalNames = bytes.Length % 2 == 0 };
            string json = KindsSchema.ToJson(bytes, options);
            await input.WriteLineAsync($"{Convert.ToBase64String(bytes)} {Convert.ToBase64String(Encoding.UTF8.GetBytes(json))}");
        }

        input.Close();
    }
}
