using SnetGateway.TestKit.Market;
using Xunit;

namespace SnetGateway.FunctionalTests.Market;

/// <summary>One instance of each example service, for tests that leave nothing behind in it.</summary>
public sealed class ExampleServicesFixture : IAsyncLifetime
{
    private readonly Dictionary<ExampleLanguage, ExampleServiceProcess> _services = [];

    public ExampleServiceProcess this[ExampleLanguage language] => _services[language];

    public async ValueTask InitializeAsync()
    {
        foreach (ExampleLanguage language in Enum.GetValues<ExampleLanguage>())
        {
            _services[language] = await ExampleServiceProcess.StartAsync(language);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (ExampleServiceProcess service in _services.Values)
        {
            await service.DisposeAsync();
        }
    }
}
