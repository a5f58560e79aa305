using SnetGateway.TestKit.Processes;

namespace SnetGateway.FunctionalTests.Interop;

/// <summary>Starts the clients of tests/clients that run the interoperability cases.</summary>
internal static class InteropClients
{
    private const string Incomplete = "the checkout is incomplete";

    private static readonly Lazy<Task<string>> s_go = new(BuildGoAsync);

    public static async Task<ChildProcess> StartAsync(InteropStack stack)
    {
        switch (stack)
        {
            case InteropStack.PythonGrpcio:
                return ChildProcess.Start("/usr/bin/python3", [Repository.Existing("tests/clients/python/interop.py", Incomplete)]);
            case InteropStack.GrpcGo:
                return ChildProcess.Start(await s_go.Value, []);
            default:
                Repository.Existing("tests/clients/node/node_modules", "run tests/run.sh, or npm ci in tests/clients/node");
                string name = stack == InteropStack.GrpcJs ? "grpc-js" : "connect-node";
                return ChildProcess.Start("node", [Repository.Existing("tests/clients/node/interop.mjs", Incomplete), name]);
        }
    }

    /// <summary>Compiles the client in Go against Debian's sources; what was compiled before is taken from Go's own cache.</summary>
    private static async Task<string> BuildGoAsync()
    {
        Repository.Existing("tests/clients/go/interop/main.go", Incomplete);
        string folder = Path.Combine(Repository.Root, "artifacts", "interop-go");
        Directory.CreateDirectory(folder);
        string binary = Path.Combine(folder, "interop");
        await using var compiler = ChildProcess.Start(
            "go",
            ["build", "-o", binary, "."],
            Path.Combine(Repository.Root, "tests/clients/go/interop"),
            new Dictionary<string, string?>
            {
                ["GO111MODULE"] = "off",
                ["GOPATH"] = "/usr/share/gocode",
                ["GOCACHE"] = Path.Combine(folder, "cache"),
                ["GOFLAGS"] = null,
            });
        int code = await compiler.WaitForExitAsync(TimeSpan.FromMinutes(5));
        return code == 0 ? binary : throw new InvalidOperationException($"The client in Go cannot be built:\n{compiler.RecentOutput}");
    }
}
