using SnetGateway.TestKit.Processes;

namespace SnetGateway.TestKit.Market;

/// <summary>
/// A paying client that keeps running and does one job after another, each on a new connection: starting an interpreter for each call takes
/// far longer than the call.
/// </summary>
public sealed class PayingSession : IAsyncDisposable
{
    private readonly ClientStack _stack;
    private readonly SemaphoreSlim _turn = new(1);
    private ChildProcess? _client;

    /// <summary>The client is started with the first job.</summary>
    public PayingSession(ClientStack stack)
    {
        _stack = stack;
    }

    /// <summary>Runs a job and returns the calls in the order in which they ended.</summary>
    /// <param name="job">The job.</param>
    /// <param name="patience">How long each call may take.</param>
    /// <exception cref="InvalidOperationException">The client failed and has ended; the next job starts a new one.</exception>
    public async Task<IReadOnlyList<CallReport>> RunAsync(ClientJob job, TimeSpan? patience = null)
    {
        await _turn.WaitAsync();
        try
        {
            _client ??= PayingClient.Start(_stack);
            await _client.WriteLineAsync(PayingClient.Write(job));
            List<CallReport> calls = [];
            while (calls.Count < job.Calls)
            {
                string line = await _client.WaitForLineAsync(text => text.StartsWith('{'), patience ?? Eventually.Patience);
                if (PayingClient.ReadCall(line) is { } call)
                {
                    calls.Add(call);
                }
            }

            return calls;
        }
        catch (Exception e) when (e is InvalidOperationException or TimeoutException or IOException)
        {
            string output = _client?.RecentOutput ?? string.Empty;
            await EndAsync();
            throw new InvalidOperationException($"The {_stack} client failed: {e.Message}\n{output}", e);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Makes one call and returns its report.</summary>
    public async Task<CallReport> CallAsync(ClientJob job) => (await RunAsync(job)).Single();

    /// <summary>Ends the client.</summary>
    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _turn.Dispose();
    }

    private async Task EndAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync();
            _client = null;
        }
    }
}
