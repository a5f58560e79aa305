using Microsoft.AspNetCore.Http.Timeouts;
using SnetGateway.Gateway.Admin;
using SnetGateway.Gateway.Dashboard.Pages;
using SnetGateway.Payments.Records;

namespace SnetGateway.Gateway.Dashboard;

/// <summary>The pages of the dashboard. Its page is docs/dashboard.md.</summary>
internal static class DashboardEndpoints
{
    /// <summary>Maps it, for the admin listener.</summary>
    public static void MapDashboard(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/", () => TypedResults.Redirect(AdminGuard.Dashboard)).ExcludeFromDescription();
        RouteGroupBuilder pages = endpoints.MapGroup(AdminGuard.Dashboard);
        pages.ExcludeFromDescription();
        pages.WithRequestTimeout(new RequestTimeoutPolicy
        {
            Timeout = TimeSpan.FromSeconds(30), TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
        });
        Map<OverviewPage>(pages, "");
        Map<ServicesPage>(pages, "/services");
        Map<ServicePage>(pages, "/services/{name}", "name");
        Map<ChannelsPage>(pages, "/channels");
        Map<OneChannelPage>(pages, "/channels/{id}", "id");
        Map<PaidCallPage>(pages, "/channels/{id}/{entry}", "id", "entry");
        Map<ClaimsPage>(pages, "/claims");
        Map<CallsPage>(pages, "/calls");
        Map<RefusedCallPage>(pages, "/calls/refused");
        Map<ConsumersPage>(pages, "/consumers");
        Map<LimitsPage>(pages, "/limits");
        Map<AlertsPage>(pages, "/alerts");
        Map<ConfigurationPage>(pages, "/configuration");
        Map<LoginPage>(pages, "/login");
        pages.MapGet("/assets/{file}", DashboardAssets.Find);
        pages.MapGet("/{**path}", (RequestDelegate)(context => SendProblemAsync(
            context, StatusCodes.Status404NotFound, "There is no such page.")));
        pages.MapDashboardForms();
    }

    private static void Map<TPage>(RouteGroupBuilder pages, string path, params string[] values)
        where TPage : DashboardPage => pages.MapGet(path, Handler<TPage>(values));

    /// <summary>The names of the values in the path are those of the page's parameters.</summary>
    private static RequestDelegate Handler<TPage>(string[] values)
        where TPage : DashboardPage => context => GuardAsync(context, () =>
        PageRenderer.SendAsync<TPage>(
            context, [.. values.Select(name => (char.ToUpperInvariant(name[0]) + name[1..], context.Request.RouteValues[name]))]));

    /// <summary>A ledger that cannot be read is a page too.</summary>
    private static async Task GuardAsync(HttpContext context, Func<Task> send)
    {
        try
        {
            await send();
        }
        catch (Exception exception) when (exception is StoreUnavailableException or LedgerFormatException)
        {
            await SendProblemAsync(
                context, StatusCodes.Status503ServiceUnavailable, $"The ledger cannot be used now: {exception.Message}");
        }
    }

    private static Task SendProblemAsync(HttpContext context, int status, string problem)
    {
        context.Response.StatusCode = status;
        return PageRenderer.SendAsync<ProblemPage>(
            context, (nameof(ProblemPage.Problem), problem));
    }
}
