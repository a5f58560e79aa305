using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using SnetGateway.Gateway.Backends;
using SnetGateway.Gateway.Backends.Descriptors;
using SnetGateway.Gateway.Catalog;
using SnetGateway.Gateway.Control;
using SnetGateway.ProtoJson;
using Xunit;
using Yarp.ReverseProxy.Configuration;

namespace SnetGateway.Tests.Gateway.Control;

/// <summary>Which of the services behind the gateway its reflection tells of.</summary>
public sealed class GatewayReflectionTests
{
    private static readonly int s_own = OwnServices.Descriptors.Count;

    [Theory]
    [InlineData("/a.Open/{method}", "a.Open")]
    [InlineData("/a.Open/Do", "a.Open")]
    [InlineData("/{**all}", "a.Open a.Hidden")]
    [InlineData("/b.Other/{method}", "")]
    public async Task OnlyServicesWithARoute_AreToldOf(string path, string told) =>
        Assert.Equal(told, await AskAsync("x", Known(), Route(path)));

    [Theory]
    [InlineData("a.example.org", "a.Open")]
    [InlineData("b.example.org:7000", "a.Hidden")]
    [InlineData("c.example.org", "")]
    public async Task OnlyServicesOfTheHostThatIsCalled_AreToldOf(string host, string told) =>
        Assert.Equal(told, await AskAsync(host, Known(), Route("/a.Open/{m}", "a.example.org"), Route("/a.Hidden/{m}", "b.example.org")));

    [Fact]
    public async Task ServiceThatDoesNotSayWhatItIs_LeavesTheGatewaysOwn() =>
        Assert.Equal("", await AskAsync("x", new Silent(), Route("/{**all}")));

    [Fact]
    public async Task ServiceBehind_CannotTakeTheNameOfTheGatewaysOwn()
    {
        var reflection = new GatewayReflection(new LiveSnapshot(Snapshot(Known("grpc.health.v1", "Health"), Route("/{**all}"))));
        ReflectionIndex index = await reflection.FindAsync(default, CancellationToken.None);
        Assert.Equal(s_own, index.Services.Count);
        Assert.Same(Grpc.Health.V1.HealthReflection.Descriptor, index.FindSymbol("grpc.health.v1.Health"));
    }

    private static async Task<string> AskAsync(string host, IDescriptorSource source, params RouteConfig[] routes)
    {
        var reflection = new GatewayReflection(new LiveSnapshot(Snapshot(source, routes)));
        ReflectionIndex first = await reflection.FindAsync(new HostString(host), CancellationToken.None);
        Assert.Same(first, await reflection.FindAsync(new HostString(host), CancellationToken.None));
        return string.Join(' ', first.Services.Skip(s_own));
    }

    private static GatewaySnapshot Snapshot(IDescriptorSource source, params RouteConfig[] routes) =>
        new(new ServiceCatalog([], []), routes, [], new ClusterBackends([new ClusterBackend("c", new ClusterBackendOptions(), source)]));

    private static RouteConfig Route(string path, params string[] hosts) =>
        new() { RouteId = path, ClusterId = "c", Match = new RouteMatch { Path = path, Hosts = hosts.Length == 0 ? null : hosts } };

    private static FixedDescriptors Known(string package = "a", params string[] services)
    {
        var file = new FileDescriptorProto { Name = "a.proto", Package = package, Syntax = "proto3", MessageType =
        {
            new DescriptorProto { Name = "M" },
        } };
        file.Service.AddRange((services.Length == 0 ? ["Open", "Hidden"] : services).Select(name => new ServiceDescriptorProto
        {
            Name = name,
            Method = { new MethodDescriptorProto { Name = "Do", InputType = $".{package}.M", OutputType = $".{package}.M" } },
        }));
        return new FixedDescriptors(ProtoSchema.Load(new FileDescriptorSet { File = { file } }.ToByteArray()));
    }

    private sealed class Silent : IDescriptorSource
    {
        public ProtoSchema? Known => null;

        public ValueTask<ProtoSchema> GetAsync(string method, CancellationToken cancellationToken) =>
            throw new RpcException(new Status(StatusCode.Unavailable, "nobody answers"));
    }
}
