namespace SnetGateway.Benchmarks.Servers;

/// <summary>A server of the load report lives as long as the report holds its standard input open, however the report ends.</summary>
internal static class EndOfInput
{
    public static async Task WaitAsync(CancellationToken cancellationToken)
    {
        await using Stream input = Console.OpenStandardInput();
        byte[] buffer = new byte[16];
        while (await input.ReadAsync(buffer, cancellationToken) > 0)
        {
        }
    }
}
