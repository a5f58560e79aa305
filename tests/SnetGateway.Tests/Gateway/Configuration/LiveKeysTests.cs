using System.Reflection;
using Microsoft.Extensions.Options;
using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Configuration.Schema;
using SnetGateway.Gateway.Limits;
using SnetGateway.Gateway.Listeners;
using SnetGateway.Gateway.Validation;
using Xunit;

namespace SnetGateway.Tests.Gateway.Configuration;

/// <summary>
/// Which keys take effect at a reload: the mark on the option decides what the host gets to see, so a key that is not marked cannot change,
/// and code that reads a marked one must not keep the value of startup.
/// </summary>
public sealed class LiveKeysTests
{
    public static TheoryData<string> Keys =>
        [.. KeysBelow(GatewaySchema.Root, "").Where(key => !key.StartsWith("ReverseProxy", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Keys))]
    public void Reload_EachKey_ChangesInTheHostIfItIsLive_AndIsReportedIfItIsNot(string key)
    {
        Dictionary<string, string?> startup = new() { [key] = "old" }, next = new() { [key] = "new" };
        var accepted = new AcceptedConfiguration(startup);

        accepted.Accept(next);

        Assert.True(accepted.TryGet(key, out string? value));
        bool isLive = value == "new";
        Assert.Equal(GatewaySchema.IsLive(key), isLive);
        Assert.Equal(isLive ? [] : [key], AcceptedConfiguration.NeedingRestart(startup, next));

        accepted.Accept(new Dictionary<string, string?>());
        Assert.Equal(!isLive, accepted.TryGet(key, out _));
    }

    [Theory]
    [InlineData("SnetGateway:Services:translate:Price:Cogs", true)]
    [InlineData("SnetGateway:Services:translate:Hosts:3", true)]
    [InlineData("snetgateway:paidcalls:maxwait", true)]
    [InlineData("SnetGateway:Limits:MaxRequestMessageBytes", true)]
    [InlineData("SnetGateway:Limits:PingInterval", false)]
    [InlineData("SnetGateway:Chain:Endpoints:0", false)]
    [InlineData("SnetGateway:Ledger:Store", false)]
    [InlineData("Logging:LogLevel:Default", true)]
    [InlineData("Logging:Console:FormatterName", false)]
    [InlineData("ReverseProxy:Clusters:a:LoadBalancingPolicy", true)]
    [InlineData("PATH", true)]
    public void IsLive_Examples(string key, bool isLive) => Assert.Equal(isLive, GatewaySchema.IsLive(key));

    [Fact]
    public void NoLiveKey_IsReadFromOptionsOfStartup()
    {
        (Type, string)[] decided =
        [
            // The HTTP server's own limit is four times the startup's value; the option's description says so.
            (typeof(KestrelSetup), nameof(LimitOptions.MaxMetadataBytes)),
        ];
        IEnumerable<(Type, string)> found =
            from type in typeof(GatewayOptions).Assembly.GetTypes()
            let outer = Outermost(type)
            from property in Calls(type).Select(PropertyOf).OfType<PropertyInfo>()
            where property.IsDefined(typeof(LiveAttribute)) && StartupOptionsOf(outer).Contains(property.DeclaringType!)
            select (outer, property.Name);

        Assert.Equal(decided, found.Distinct().ToArray());
    }

    private static IEnumerable<string> KeysBelow(SchemaNode node, string path) => node switch
    {
        ObjectNode known => known.Properties.SelectMany(p => KeysBelow(p.Node, path.Length == 0 ? p.Name : $"{path}:{p.Name}")),
        CollectionNode { IsList: true } list => KeysBelow(list.Element, $"{path}:0"),
        CollectionNode map => KeysBelow(map.Element, $"{path}:name"),
        ScalarNode => [path],
        _ => [],
    };

    private const BindingFlags All =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    /// <summary>Option types that a type gets as <see cref="IOptions{T}"/>, through its constructors or its lambdas.</summary>
    private static IEnumerable<Type> StartupOptionsOf(Type type) => type.GetNestedTypes(All).SelectMany(StartupOptionsOf).Concat(
        type.GetConstructors(All).Concat<MethodBase>(type.GetMethods(All))
            .SelectMany(method => method.GetParameters())
            .Select(parameter => parameter.ParameterType)
            .Where(parameter => parameter.IsGenericType && parameter.GetGenericTypeDefinition() == typeof(IOptions<>))
            .Select(parameter => parameter.GetGenericArguments()[0]));

    private static PropertyInfo? PropertyOf(MethodBase method) =>
        method.IsSpecialName ? method.DeclaringType!.GetProperties(All).FirstOrDefault(property => property.GetMethod == method) : null;

    /// <summary>
    /// Methods that a type's own methods call, read from their code. A byte that only looks like a call adds a method too many, or none.
    /// </summary>
    private static IEnumerable<MethodBase> Calls(Type type)
    {
        foreach (MethodBase method in type.GetConstructors(All).Concat<MethodBase>(type.GetMethods(All)))
        {
            byte[] code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
            for (int i = 0; i + 5 <= code.Length; i++)
            {
                if (code[i] is 0x28 or 0x6F && Resolve(type.Module, BitConverter.ToInt32(code, i + 1)) is { } called)
                {
                    yield return called;
                }
            }
        }
    }

    private static MethodBase? Resolve(Module module, int token)
    {
        try
        {
            return module.ResolveMethod(token) is { DeclaringType.ContainsGenericParameters: false } method ? method : null;
        }
        catch (Exception e) when (e is ArgumentException or BadImageFormatException or InvalidOperationException)
        {
            return null;
        }
    }
}
