using System.Globalization;
using Microsoft.AspNetCore.Http.Timeouts;
using SnetGateway.Gateway.Admin;
using SnetGateway.Gateway.Dashboard.Pages;
using SnetGateway.Payments.Records;

namespace SnetGateway.Gateway.Dashboard;

/// <summary>
/// What the forms of the pages do: login, logout, pauses, instances and rounds of claims. Each leads back to a page, so that a reload
/// repeats nothing.
/// </summary>
internal static class DashboardForms
{
    public const string Login = AdminGuard.Login, Logout = AdminGuard.Dashboard + "/logout";
    public const string Pause = AdminGuard.Dashboard + "/pause", Instance = AdminGuard.Dashboard + "/instance";
    public const string Claims = AdminGuard.Dashboard + "/claims";

    private const string Services = AdminGuard.Dashboard + "/services";

    public static void MapDashboardForms(this IEndpointRouteBuilder pages)
    {
        Map(pages, "/login", LoginAsync);
        Map(pages, "/logout", LogoutAsync);
        Map(pages, "/pause", PauseAsync);
        Map(pages, "/instance", ChangeInstanceAsync);
        Map(pages, "/claims", ClaimAsync).WithRequestTimeout(new RequestTimeoutPolicy
        {
            Timeout = TimeSpan.FromMinutes(10), TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
        });
    }

    /// <summary>Only pages of the dashboard.</summary>
    public static string ReturnTo(string? page) =>
        page is not null && (page == AdminGuard.Dashboard || page.StartsWith(AdminGuard.Dashboard + "/", StringComparison.Ordinal)
            || page.StartsWith(AdminGuard.Dashboard + "?", StringComparison.Ordinal)) && !page.Contains('\\', StringComparison.Ordinal)
            && !page.Any(char.IsControl)
            ? page
            : AdminGuard.Dashboard;

    private static IEndpointConventionBuilder Map(
        IEndpointRouteBuilder pages, string path, Func<HttpContext, IFormCollection, Task<string?>> change) =>
        pages.MapPost(path, (RequestDelegate)(context => ChangeAsync(context, change)));

    /// <summary>
    /// Reads the form, checks its token, and leads to the page that the change returns; null where it sent a page itself.
    /// </summary>
    private static async Task ChangeAsync(HttpContext context, Func<HttpContext, IFormCollection, Task<string?>> change)
    {
        string problem;
        try
        {
            IFormCollection form = await context.Request.ReadFormAsync(context.RequestAborted);
            if (await context.RequestServices.GetRequiredService<FormTokens>().AreValidAsync(context))
            {
                if (await change(context, form) is { } page)
                {
                    context.Response.StatusCode = StatusCodes.Status303SeeOther;
                    context.Response.Headers.Location = page;
                }

                return;
            }

            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            problem = "The form is not of this page, or the gateway was restarted since it was shown. Nothing was changed: "
                + "load the page again.";
        }
        catch (Exception exception) when (exception is BadHttpRequestException or InvalidDataException or InvalidOperationException)
        {
            context.Response.StatusCode =
                exception is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status400BadRequest;
            problem = "The form cannot be read. Nothing was changed.";
        }
        catch (Exception exception) when (exception is StoreUnavailableException or LedgerFormatException)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            problem = $"The ledger cannot be used now, so nothing was changed: {exception.Message}";
        }

        await ShowAsync(context, problem);
    }

    private static async Task<string?> LoginAsync(HttpContext context, IFormCollection form)
    {
        AdminToken token = context.RequestServices.GetRequiredService<AdminToken>();
        string page = ReturnTo(form["to"]);
        if (!token.IsRequired)
        {
            return page;
        }

        if (form["token"] is not [{ } sent] || !token.Matches(sent.Trim()))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            await PageRenderer.SendAsync<LoginPage>(
                context, (nameof(LoginPage.IsRefused), true), (nameof(LoginPage.To), page));
            return null;
        }

        context.RequestServices.GetRequiredService<AdminSessions>().Begin(context);
        return page;
    }

    private static Task<string?> LogoutAsync(HttpContext context, IFormCollection form)
    {
        context.RequestServices.GetRequiredService<AdminSessions>().End(context);
        return Task.FromResult<string?>(AdminGuard.Login);
    }

    private static async Task<string?> PauseAsync(HttpContext context, IFormCollection form)
    {
        bool isAll = form["all"] == "yes";
        bool isPaused = form["paused"] == "yes";
        var request = new PauseRequest(isAll ? null : form["service"].ToString(), isAll);
        PauseControl control = context.RequestServices.GetRequiredService<PauseControl>();
        return await control.ChangeAsync(request, isPaused, context.RequestAborted) is null
            ? await RefuseAsync(context, "There is no such service.")
            : $"{Services}{QueryString.Create("done", isPaused ? "paused" : "resumed")}";
    }

    private static async Task<string?> ChangeInstanceAsync(HttpContext context, IFormCollection form)
    {
        string weight = form["weight"].ToString();
        int number = 0;
        if (weight.Length > 0 && !int.TryParse(weight, NumberStyles.None, CultureInfo.InvariantCulture, out number))
        {
            return await RefuseAsync(context, "The weight is not a whole number.");
        }

        string drained = form["drained"].ToString();
        var request = new InstanceRequest(
            form["cluster"].ToString(), form["instance"].ToString(), drained is "yes" or "no" ? drained == "yes" : null,
            weight.Length > 0 ? number : null);
        return context.RequestServices.GetRequiredService<InstanceControl>().Apply(request) is { } problem
            ? await RefuseAsync(context, $"Nothing was changed: {problem}.")
            : $"{Services}{QueryString.Create("done", drained switch { "yes" => "drained", "no" => "undrained", _ => "weight" })}";
    }

    private static async Task<string?> ClaimAsync(HttpContext context, IFormCollection form)
    {
        await context.RequestServices.GetRequiredService<ClaimControl>().RunAsync(context.RequestAborted);
        return $"{Claims}{QueryString.Create("done", "round")}";
    }

    private static async Task<string?> RefuseAsync(HttpContext context, string problem)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        await ShowAsync(context, problem);
        return null;
    }

    private static Task ShowAsync(HttpContext context, string problem) =>
        PageRenderer.SendAsync<ProblemPage>(
            context, (nameof(ProblemPage.Problem), problem));
}
