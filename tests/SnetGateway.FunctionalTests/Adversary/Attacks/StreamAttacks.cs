using Google.Protobuf;
using Grpc.Health.V1;
using Grpc.Reflection.V1;
using SnetGateway.FunctionalTests.Infrastructure;

namespace SnetGateway.FunctionalTests.Adversary.Attacks;

/// <summary>Attempts to fill the gateway's memory by streams that cost nothing.</summary>
internal static class StreamAttacks
{
    private const int StreamsOfConnection = 8; // as many as the connection's window of 8 MiB has room for
    private const int StreamWindow = 1 << 20;
    private const int FrameBytes = 16_384;
    private const int Watches = 1_000;
    private const long MostGrowthBytes = 128L << 20; // docs/reliability.md, 'Free streams', and what the collector has not yet freed

    /// <summary>Questions until the windows are full, whose answers are not read, and watches on top.</summary>
    public static async Task NotReadAsync(AttackRun run)
    {
        Payer honest = await run.OpenAsync();
        await honest.GoOnAsync();
        byte[] question = Wire.Frame(new ServerReflectionRequest { ListServices = "" }.ToByteArray());
        byte[] questions = [.. Enumerable.Repeat(question, FrameBytes / question.Length).SelectMany(bytes => bytes)];
        byte[] watch = Wire.Frame(new HealthCheckRequest().ToByteArray());
        long[] before = run.Memory();
        foreach (int gateway in run.Everywhere.Take(run.Times(run.Everywhere.Count, 1)))
        {
            for (int i = 0; i < run.Times(110, 20); i++)
            {
                RawHttp2 connection = await run.ConnectAsync(gateway, streamWindow: 0);
                for (int n = 0; n < StreamsOfConnection; n++)
                {
                    RawCall call = await connection.OpenAsync(
                        honest.Unpaid(method: "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"));
                    for (int sent = 0; sent + questions.Length <= StreamWindow; sent += questions.Length)
                    {
                        await call.SendAsync(questions);
                    }
                }
            }

            for (int i = 0; i < run.Times(70, 2); i++)
            {
                RawHttp2 connection = await run.ConnectAsync(gateway, streamWindow: 0);
                for (int n = 0; n < Watches; n++)
                {
                    RawCall call = await connection.OpenAsync(honest.Unpaid(method: "/grpc.health.v1.Health/Watch"));
                    await call.SendAsync(watch, end: true);
                }
            }
        }

        run.MustHaveGrownLessThan(MostGrowthBytes, before);
        await honest.GoOnAsync();
    }
}
