using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.DataProtection;
using SnetGateway.Gateway.Admin;
using SnetGateway.Gateway.Listeners;

namespace SnetGateway.Gateway.Dashboard;

/// <summary>
/// ASP.NET's tokens against forged forms. In a separate service provider, made for the first form: among the gateway's services they would
/// write keys to the disk at each start. A token ends with the process.
/// </summary>
internal sealed class FormTokens(ListenerAddresses listeners) : IDisposable
{
    /// <summary>The field that has it.</summary>
    public const string Field = "form-token";

    private readonly Lazy<ServiceProvider> _services = new(() => new ServiceCollection()
        .AddLogging()
        .AddSingleton<IDataProtectionProvider>(new EphemeralDataProtectionProvider())
        .AddAntiforgery(options =>
        {
            options.Cookie.Name = $"snet-form-{listeners.Admin.Port}"; // several gateways may be on one host
            options.Cookie.Path = AdminGuard.Dashboard;
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.FormFieldName = Field;
            options.HeaderName = null;
            options.SuppressXFrameOptionsHeader = true; // the policy of the page says it
        })
        .BuildServiceProvider());

    private IAntiforgery Antiforgery => _services.Value.GetRequiredService<IAntiforgery>();

    /// <summary>The token for forms of a response.</summary>
    public string Of(HttpContext context) => Antiforgery.GetAndStoreTokens(context).RequestToken!;

    /// <summary>Whether a form has the token of its browser.</summary>
    public Task<bool> AreValidAsync(HttpContext context) => Antiforgery.IsRequestValidAsync(context);

    public void Dispose()
    {
        if (_services.IsValueCreated)
        {
            _services.Value.Dispose();
        }
    }
}
