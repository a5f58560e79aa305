using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests;

/// <summary>A file of the repository that is generated. With SNET_UPDATE_FILES=1 it is written instead of compared.</summary>
internal static class GeneratedFile
{
    public static void AssertSame(string name, string expected)
    {
        string path = RepositoryFiles.PathOf(name);
        if (Environment.GetEnvironmentVariable("SNET_UPDATE_FILES") == "1")
        {
            File.WriteAllText(path, expected);
        }

        string actual = File.Exists(path) ? File.ReadAllText(path) : "";
        Assert.True(expected == actual, $"{name} is out of date: run this test once with SNET_UPDATE_FILES=1. Expected:\n{expected}");
    }
}
