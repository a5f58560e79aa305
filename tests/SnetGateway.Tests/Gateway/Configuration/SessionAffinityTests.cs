using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using SnetGateway.Gateway.Backends;
using Xunit;
using Yarp.ReverseProxy.SessionAffinity;

namespace SnetGateway.Tests.Gateway.Configuration;

public sealed class SessionAffinityTests
{
    /// <summary>What is removed is found by an internal type's name, so a newer version may bring it back unnoticed.</summary>
    [Fact]
    public void WithoutSessionAffinity_NoPolicyIsLeft_AndNothingMakesKeysAtTheStart()
    {
        var services = new ServiceCollection();
        services.AddReverseProxy();
        Assert.Contains(services, MakesKeys);

        services.AddReverseProxy().WithoutSessionAffinity();

        Assert.DoesNotContain(services, MakesKeys);
        Assert.DoesNotContain(services, service => service.ServiceType == typeof(ISessionAffinityPolicy));
    }

    private static bool MakesKeys(ServiceDescriptor service) =>
        service.ServiceType == typeof(IHostedService)
            && service.ImplementationType?.Assembly.GetName().Name == "Microsoft.AspNetCore.DataProtection";
}
