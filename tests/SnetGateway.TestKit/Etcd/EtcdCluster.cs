namespace SnetGateway.TestKit.Etcd;

/// <summary>Several etcd processes that form one cluster.</summary>
public sealed class EtcdCluster : IAsyncDisposable
{
    private EtcdCluster(IReadOnlyList<EtcdProcess> members)
    {
        Members = members;
    }

    public IReadOnlyList<EtcdProcess> Members { get; }

    /// <summary>The client URLs of all members.</summary>
    public IReadOnlyList<string> Endpoints => [.. Members.Select(member => member.Endpoint)];

    /// <summary>Starts a cluster and waits until every member accepts writes.</summary>
    public static async Task<EtcdCluster> StartAsync(int members = 3, EtcdProcessOptions? options = null)
    {
        var cluster = new EtcdCluster(EtcdProcess.CreateMembers(members, options ?? new EtcdProcessOptions()));
        try
        {
            foreach (EtcdProcess member in cluster.Members)
            {
                member.Start();
            }

            await Task.WhenAll(cluster.Members.Select(member => member.WaitUntilHealthyAsync()));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>The current leader.</summary>
    public async Task<EtcdProcess> LeaderAsync()
    {
        foreach (EtcdProcess member in Members.Where(member => !member.Process.HasExited))
        {
            // The fifth field of the simple format shows the leader.
            (int code, string output) = await member.TryControlAsync("endpoint", "status", "--write-out", "simple");
            if (code == 0 && output.Split(',')[4].Trim() == "true")
            {
                return member;
            }
        }

        throw new InvalidOperationException("No member leads.");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (EtcdProcess member in Members)
        {
            await member.DisposeAsync();
        }
    }
}
