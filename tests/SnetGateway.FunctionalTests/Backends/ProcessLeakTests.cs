using Microsoft.Extensions.DependencyInjection;
using SnetGateway.FunctionalTests.Attacks;
using SnetGateway.FunctionalTests.Infrastructure;
using SnetGateway.Gateway.Backends.Processes;
using Xunit;

namespace SnetGateway.FunctionalTests.Backends;

/// <summary>What calls of programs leave behind. Alone, because it counts the memory and the files of this process.</summary>
[Collection(nameof(AloneCollection))]
[Trait("Needs", "time")]
public sealed class ProcessLeakTests
{
    /// <summary>
    /// What the runtime may open for itself meanwhile. A call has three pipes, so a leak would be a thousand times as much.
    /// </summary>
    private const int MostFilesMore = 32;

    [Fact]
    public async Task ThousandCallsInARow_LeaveNoProcessHandleOrMemory()
    {
        using var folder = new ProgramFolder();
        await using GatewayHarness gateway = await folder.StartAsync(await folder.CompileAsync("""
            #include <unistd.h>
            int main(void) { char b[4096]; ssize_t n; while ((n = read(0, b, sizeof b)) > 0) write(1, b, n); return 0; }
            """));
        gateway.Log.Least = Microsoft.Extensions.Logging.LogLevel.Warning;
        await CallManyAsync(gateway, 100);
        await Eventually.TrueAsync(() => !Slots(gateway).IsAnyTaken);
        (int files, long memory) = (Files(), GC.GetTotalMemory(forceFullCollection: true));
        await CallManyAsync(gateway, 1000);
        await Eventually.TrueAsync(() => !Slots(gateway).IsAnyTaken);
        Assert.Empty(ChildrenOf(Environment.ProcessId, folder.Name));
        int left = Files();
        Assert.True(left <= files + MostFilesMore, $"{files} files were open, then {left}: {string.Join(' ', FileKinds())}");
        long grown = GC.GetTotalMemory(forceFullCollection: true) - memory;
        Assert.InRange(grown, long.MinValue, 4 * 1024 * 1024);
    }

    private static ProgramSlots Slots(GatewayHarness gateway) => gateway.Services.GetRequiredService<ProgramSlots>();

    private static async Task CallManyAsync(GatewayHarness gateway, int count)
    {
        for (int i = 0; i < count; i++)
        {
            GrpcReply reply = await gateway.CallAsync("again");
            Assert.Equal(["again"], reply.Texts);
        }
    }

    private static IEnumerable<string> FileKinds() => Directory.GetFiles("/proc/self/fd")
        .Select(file => new FileInfo(file).LinkTarget?.Split(':')[0] ?? "closed").CountBy(kind => kind).Select(
            pair => $"{pair.Key}={pair.Value}");

    private static int Files() => Directory.GetFiles("/proc/self/fd").Length;

    /// <summary>Children of a process, dead or alive, whose name is the test's program.</summary>
    private static IEnumerable<string> ChildrenOf(int pid, string name) => Directory.GetDirectories("/proc")
        .Where(directory => int.TryParse(Path.GetFileName(directory), out _))
        .Select(directory =>
        {
            try
            {
                return File.ReadAllText(directory + "/stat");
            }
            catch (IOException)
            {
                return "";
            }
        })
        .Where(
            stat => stat.Contains($"({name})", StringComparison.Ordinal) && stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1] == $"{pid}");
}
