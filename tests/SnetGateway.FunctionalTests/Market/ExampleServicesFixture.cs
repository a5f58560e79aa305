using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.Market;

/// <summary>One instance of each example service, for tests that leave nothing behind in it.</summary>
public sealed class ExampleServicesFixture : IAsyncLifetime
{
    private readonly Dictionary<ExampleLanguage, ExampleServiceProcess> services = [];

    public ExampleServiceProcess this[ExampleLanguage language] => services[language];

    public async ValueTask InitializeAsync()
    {
        foreach (var language in Enum.GetValues<ExampleLanguage>())
        {
            services[language] = await ExampleServiceProcess.StartAsync(language);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in services.Values)
        {
            await service.DisposeAsync();
        }
    }
}
