namespace SnetGateway.TestKit.Processes;

/// <summary>The files of this repository, as seen from a running test.</summary>
public static class Repository
{
    private const string Marker = "SnetGateway.sln";

    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Debug or Release: the configuration that the running test was built in.</summary>
    public static string Configuration { get; } =
        AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal)
            ? "Release"
            : "Debug";

    /// <summary>A path in the repository, which must exist.</summary>
    /// <param name="relative">With forward slashes, from the root.</param>
    /// <param name="remedy">What to do when it is missing.</param>
    /// <exception cref="FileNotFoundException">It does not exist; the message says what to do.</exception>
    public static string Existing(string relative, string remedy)
    {
        string path = Path.Combine(Root, relative);
        return Path.Exists(path) ? path : throw new FileNotFoundException($"{relative} is missing: {remedy}");
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, Marker)))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No {Marker} above {AppContext.BaseDirectory}: tests run from a checkout of the repository.");
    }
}
