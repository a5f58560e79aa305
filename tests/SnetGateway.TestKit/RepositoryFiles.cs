namespace SnetGateway.TestKit;

/// <summary>The files of this repository, for tests that read them.</summary>
public static class RepositoryFiles
{
    private static readonly string[] s_notOurs = ["bin", "obj", "node_modules", ".git", "TestResults", "artifacts"];

    /// <summary>The folder that contains the solution, found upwards from the test's folder.</summary>
    public static string Root { get; } = FindRoot();

    public static string PathOf(string relative) => Path.Combine(Root, relative);

    public static string Read(string relative) => File.ReadAllText(PathOf(relative));

    /// <summary>All files below a folder with these endings, as paths relative to the root, without build output.</summary>
    public static IEnumerable<string> Find(string folder, params string[] endings) =>
        Directory.Exists(PathOf(folder)) ? Walk(PathOf(folder), endings) : [];

    private static IEnumerable<string> Walk(string folder, string[] endings)
    {
        foreach (string file in Directory.EnumerateFiles(folder).Where(file => endings.Any(file.EndsWith)).Order())
        {
            yield return Path.GetRelativePath(Root, file);
        }

        foreach (string inner in Directory.EnumerateDirectories(folder)
            .Where(inner => !s_notOurs.Contains(Path.GetFileName(inner)))
            .Order())
        {
            foreach (string file in Walk(inner, endings))
            {
                yield return file;
            }
        }
    }

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "SnetGateway.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("No SnetGateway.sln above the test's folder.");
    }
}
