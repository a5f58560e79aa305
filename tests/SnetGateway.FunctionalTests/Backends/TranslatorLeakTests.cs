using Microsoft.Extensions.Logging;
using SnetGateway.FunctionalTests.Attacks;
using SnetGateway.FunctionalTests.Infrastructure;
using Xunit;

namespace SnetGateway.FunctionalTests.Backends;

/// <summary>A thousand calls in a row leave nothing behind. Alone, because it looks at the memory of the whole process.</summary>
[Collection(nameof(AloneCollection))]
[Trait("Needs", "time")]
public sealed class TranslatorLeakTests(JsonServices services) : IClassFixture<JsonServices>
{
    private const long Mebibyte = 1024 * 1024;

    [Theory]
    [InlineData("jsonrpc")]
    [InlineData("http")]
    public async Task AThousandCalls_LeaveNeitherHandleNorMemory(string kind)
    {
        await using TranslatorRig rig = await TranslatorRig.StartAsync(kind, services.Of(kind));
        rig.Harness.Log.Least = LogLevel.Warning;
        byte[] body = Wire.Frame(rig.Encode("Call", """{"item_id":"a","payload":"AAAA","counts":{"x":"1"}}"""));
        await CallAsync(rig, body, 300);
        (long memory, int handles, int serviceHandles) = (Settled(), Handles("self"), Handles($"{services.Pid}"));
        await CallAsync(rig, body, 1000);
        long grown = Settled() - memory;
        Assert.True(grown < 4 * Mebibyte, $"The heap grew by {grown} bytes over 1,000 calls.");
        Assert.InRange(Handles("self") - handles, -1000, 3);
        Assert.InRange(Handles($"{services.Pid}") - serviceHandles, -1000, 3);
    }

    private static async Task CallAsync(TranslatorRig rig, byte[] body, int calls)
    {
        for (int call = 0; call < calls; call++)
        {
            Assert.Equal(0, (await rig.CallAsync("Call", body)).Status);
            rig.Harness.Reservations.Clear();
            rig.Harness.Admitted.Clear();
        }
    }

    private static int Handles(string process) => Directory.GetFileSystemEntries($"/proc/{process}/fd").Length;

    private static long Settled()
    {
        for (int round = 0; round < 3; round++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
