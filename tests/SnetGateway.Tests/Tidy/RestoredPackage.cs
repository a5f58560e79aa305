using System.Text.Json;
using System.Xml.Linq;
using SnetGateway.TestKit;

namespace SnetGateway.Tests.Tidy;

/// <summary>A package of NuGet in the graph that the last restore resolved, and what its own description says of its licence.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">The version that was resolved.</param>
/// <param name="Licence">Its licence, as an SPDX expression if there is one.</param>
/// <param name="Copyright">Its copyright line; empty if the package has none.</param>
internal sealed record RestoredPackage(string Name, string Version, string Licence, string Copyright)
{
    /// <summary>Licences of packages that name a URL instead of an SPDX expression.</summary>
    private static readonly Dictionary<string, string> s_urls = new(StringComparer.Ordinal)
    {
        ["http://go.microsoft.com/fwlink/?LinkId=329770"] = "MS-.NET-Library",
        ["https://www.bouncycastle.org/csharp/licence.html"] = "MIT",
        ["https://raw.github.com/StackExchange/StackExchange.Redis/master/LICENSE"] = "MIT",
        ["https://raw.githubusercontent.com/xunit/xunit/master/license.txt"] = "Apache-2.0",
    };

    /// <summary>Words of the texts that packages carry instead of an SPDX expression.</summary>
    private static readonly (string Words, string Licence)[] s_texts =
    [
        ("Permission is hereby granted, free of charge", "MIT"),
        ("Apache License Version 2.0", "Apache-2.0"),
        ("Redistributions in binary form must reproduce", "BSD"),
        ("SQLite is Public Domain", "public domain"),
    ];

    /// <summary>The packages of a project and of all that it refers to, without the projects of this repository.</summary>
    public static IEnumerable<RestoredPackage> Of(string projectFile)
    {
        string graph = RepositoryFiles.PathOf(Path.Combine(Path.GetDirectoryName(projectFile)!, "obj/project.assets.json"));
        if (!File.Exists(graph))
        {
            throw new InvalidOperationException($"{projectFile} is not restored: run dotnet restore at the repository's root.");
        }

        using var assets = JsonDocument.Parse(File.ReadAllText(graph));
        string[] folders = [.. assets.RootElement.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name)];
        // The first target is the framework's. Those for single platforms, which a publish adds, come after it.
        foreach (JsonProperty library in assets.RootElement.GetProperty("targets").EnumerateObject().First().Value.EnumerateObject())
        {
            if (library.Value.GetProperty("type").GetString() == "package")
            {
                string[] id = library.Name.Split('/');
                string relative = assets.RootElement.GetProperty("libraries").GetProperty(library.Name).GetProperty("path").GetString()!;
                yield return Read(id[0], id[1], folders.Select(folder => Path.Combine(folder, relative)).First(Directory.Exists));
            }
        }
    }

    private static RestoredPackage Read(string name, string version, string folder)
    {
        XElement metadata = XDocument.Load(Path.Combine(folder, $"{name.ToLowerInvariant()}.nuspec")).Root!.Elements().First(
            element => element.Name.LocalName == "metadata");
        XElement? Find(string key) => metadata.Elements().FirstOrDefault(element => element.Name.LocalName == key);
        string? licence = Find("license") is { } stated
            ? stated.Attribute("type")!.Value == "expression"
                ? stated.Value
                : OfText(File.ReadAllText(Path.Combine(folder, stated.Value.Replace('\\', '/'))))
            : s_urls.GetValueOrDefault(Find("licenseUrl")?.Value ?? "");
        return new RestoredPackage(
            name, version,
            licence ?? throw new InvalidOperationException(
                $"The licence of {name} {version} is not known: read it in {folder} and extend {nameof(RestoredPackage)}."),
            OneLine(Find("copyright")?.Value ?? "").Replace('|', '/'));
    }

    private static string? OfText(string text) =>
        s_texts.Where(known => OneLine(text).Contains(known.Words, StringComparison.OrdinalIgnoreCase))
            .Select(known => known.Licence)
            .FirstOrDefault();

    private static string OneLine(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
