namespace SnetGateway.FunctionalTests.Admin;

/// <summary>Settings that can hold a secret, each with a text that no answer and no page may have.</summary>
internal static class Canaries
{
    public const string Text = "CANARY";

    /// <param name="folder">Where the files with secrets are written.</param>
    public static (string Key, string Value)[] In(DirectoryInfo folder) =>
    [
        ("SnetGateway:Chain:Endpoints:1", $"https://user:{Text}@node.example.org/v3/{Text}?key={Text}"),
        ("SnetGateway:Ledger:Etcd:User", "me"),
        ("SnetGateway:Ledger:Etcd:Password", Text),
        ("SnetGateway:Processes:Programs:tool:Command", "/bin/true"),
        ("SnetGateway:Processes:Programs:tool:Arguments:0", $"--key={Text}"),
        ("SnetGateway:Processes:Programs:tool:Environment:API_KEY", Text),
        ("SnetGateway:Log:Hooks:post:Kind", "webhook"),
        ("SnetGateway:Log:Hooks:post:Webhook:Url", $"http://127.0.0.1:1/{Text}"),
        ("SnetGateway:Telemetry:Otlp:Endpoint", $"http://127.0.0.1:1/{Text}"),
        ("ReverseProxy:Routes:echo:Transforms:0:RequestHeader", "authorization"),
        ("ReverseProxy:Routes:echo:Transforms:0:Set", Text),
        ("ReverseProxy:Clusters:echo:HttpClient:WebProxy:Address", $"http://user:{Text}@127.0.0.1:1/"),
        ("SomeOther:Password", Text),
        ("SnetGateway:Prepaid:SecretPath", FileOf(folder, "secret", string.Concat(Enumerable.Repeat(Text, 6)))),
        ("SnetGateway:Claims:Signers:remote:Url", $"http://user:{Text}@127.0.0.1:1/{Text}"),
        ("SnetGateway:Claims:Signers:remote:Address", "0x1111111111111111111111111111111111111111"),
        ("SnetGateway:Listeners:Admin:Hosts:0", "admin.example.org"),
    ];

    /// <summary>A file that only its owner may read.</summary>
    public static string FileOf(DirectoryInfo folder, string name, string content)
    {
        string file = Path.Combine(folder.FullName, name);
        File.WriteAllText(file, content);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return file;
    }
}
