using System.Collections.Concurrent;

namespace SnetGateway.Gateway.Health;

/// <summary>
/// Whether the gateway should get calls: every condition holds (store writable, chain within its bound), and it is not shutting down.
/// Conditions are evaluated at each probe, so each must return immediately, from memory.
/// </summary>
internal sealed class Readiness(IHostApplicationLifetime lifetime)
{
    private readonly ConcurrentDictionary<string, Func<string?>> _conditions = new(StringComparer.Ordinal);

    /// <summary>Whether the gateway was ready since it started.</summary>
    public bool HasBeenReady { get; private set; }

    /// <summary>Adds a condition.</summary>
    /// <param name="name">Its name, for the operator.</param>
    /// <param name="findProblem">Null while it holds; otherwise the problem, in a few words.</param>
    public void Add(string name, Func<string?> findProblem)
    {
        if (!_conditions.TryAdd(name, findProblem))
        {
            throw new ArgumentException($"The condition '{name}' exists already.", nameof(name));
        }
    }

    /// <summary>All problems, each as "name: problem"; empty when the gateway is ready.</summary>
    public IReadOnlyList<string> Problems()
    {
        var problems = new List<string>();
        if (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            problems.Add("draining: the gateway is stopping");
        }

        foreach ((string name, Func<string?> findProblem) in _conditions.OrderBy(condition => condition.Key, StringComparer.Ordinal))
        {
            if (findProblem() is { } problem)
            {
                problems.Add($"{name}: {problem}");
            }
        }

        HasBeenReady |= problems.Count == 0 && lifetime.ApplicationStarted.IsCancellationRequested;
        return problems;
    }
}
