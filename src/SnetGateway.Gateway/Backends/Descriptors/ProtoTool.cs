using SnetGateway.ProtoJson;

namespace SnetGateway.Gateway.Backends.Descriptors;

/// <summary>The compiler of .proto files: the one that lies beside the gateway, else the system's.</summary>
internal static class ProtoTool
{
    public static ProtoCompiler Compiler()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "protoc");
        string own = Path.Combine(folder, OperatingSystem.IsWindows() ? "protoc.exe" : "protoc");
        return File.Exists(own) ? new ProtoCompiler(own, [Path.Combine(folder, "include")]) : new ProtoCompiler("protoc", []);
    }
}
