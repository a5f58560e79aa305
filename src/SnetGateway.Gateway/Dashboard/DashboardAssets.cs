using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;
using SnetGateway.Gateway.Admin;

namespace SnetGateway.Gateway.Dashboard;

/// <summary>The style and the script of the pages, which are in the program. Browsers keep them until they change.</summary>
internal static class DashboardAssets
{
    private static readonly ConcurrentDictionary<string, DashboardAsset?> s_known = new(StringComparer.Ordinal);

    private static readonly string[] s_names = ["dashboard.css", "dashboard.js"];

    /// <summary>The address of one, with a mark of its content.</summary>
    public static string AddressOf(string name) => $"{AdminGuard.Assets}/{name}?v={Read(name)!.Mark}";

    public static Results<FileContentHttpResult, NotFound> Find(HttpContext context, string file)
    {
        if (Read(file) is not { } asset)
        {
            return TypedResults.NotFound();
        }

        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return TypedResults.Bytes(
            asset.Content, file.EndsWith(".css", StringComparison.Ordinal) ? "text/css" : "text/javascript",
            entityTag: new EntityTagHeaderValue($"\"{asset.Mark}\""));
    }

    private static DashboardAsset? Read(string name) => !s_names.Contains(name) ? null : s_known.GetOrAdd(name, static name =>
    {
        using Stream stream = typeof(DashboardAssets).Assembly.GetManifestResourceStream($"Dashboard/{name}")!;
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return new DashboardAsset(content, Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, 8)));
    });

    private sealed record DashboardAsset(byte[] Content, string Mark);
}
