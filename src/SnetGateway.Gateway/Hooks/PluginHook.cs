using System.Reflection;
using System.Runtime.Loader;

namespace SnetGateway.Gateway.Hooks;

/// <summary>A hook of the operator's, from an assembly that brings its own dependencies.</summary>
internal static class PluginHook
{
    /// <summary>Creates the hook. Throws the exception of its constructor.</summary>
    public static IHook Create(PluginOptions options)
    {
        Type type = Find(options.Assembly!, options.Type!)!;
        ConstructorInfo? withSettings = type.GetConstructor([typeof(IReadOnlyDictionary<string, string>)]);
        return (IHook)(withSettings is null ? Activator.CreateInstance(type)! : withSettings.Invoke([options.Settings]));
    }

    /// <summary>What keeps it from being created; null where nothing is found. None of its code runs.</summary>
    public static string? FindProblem(string assembly, string name)
    {
        try
        {
            return Find(assembly, name) is not { } type ? $"{assembly} has no class {name}"
                : !typeof(IHook).IsAssignableFrom(type) || type.IsAbstract ? $"{name} does not implement {typeof(IHook).FullName}"
                : type.GetConstructor([typeof(IReadOnlyDictionary<string, string>)]) is null && type.GetConstructor([]) is null
                    ? $"{name} has no public constructor that can be used"
                : null;
        }
        catch (Exception exception) when (exception is BadImageFormatException or IOException or TypeLoadException)
        {
            return $"{assembly} is not an assembly that can be loaded";
        }
    }

    private static Type? Find(string assembly, string name) =>
        new PluginContext(Path.GetFullPath(assembly)).LoadFromAssemblyPath(Path.GetFullPath(assembly)).GetType(name);

    /// <summary>
    /// The gateway's own assembly is shared, so that the interface is the same; others are taken from the plug-in's folder.
    /// </summary>
    private sealed class PluginContext(string assembly) : AssemblyLoadContext(assembly)
    {
        private readonly AssemblyDependencyResolver _resolver = new(assembly);

        protected override Assembly? Load(AssemblyName assemblyName) =>
            assemblyName.Name == typeof(IHook).Assembly.GetName().Name ? typeof(IHook).Assembly
                : _resolver.ResolveAssemblyToPath(assemblyName) is { } path ? LoadFromAssemblyPath(path)
                : null;
    }
}
