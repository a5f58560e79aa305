using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace SnetGateway.Gateway.Dashboard;

/// <summary>
/// Renders a page of Razor components to HTML, once for each request. There is no connection to the browser afterwards, and no script has
/// to run in it. It is no service, so that a gateway loads nothing of this framework before its first page.
/// </summary>
internal static class PageRenderer
{
    /// <summary>Sends a page. Throws what its reading throws; then nothing was sent.</summary>
    /// <param name="context">The request.</param>
    /// <param name="values">Its parameters beside the request.</param>
    public static async Task SendAsync<TPage>(HttpContext context, params (string Name, object? Value)[] values)
        where TPage : DashboardPage
    {
        Dictionary<string, object?> parameters = values.ToDictionary(value => value.Name, value => value.Value);
        parameters[nameof(DashboardPage.Http)] = context;
        await using var renderer = new HtmlRenderer(
            context.RequestServices, context.RequestServices.GetRequiredService<ILoggerFactory>());
        string html = await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<TPage>(ParameterView.FromDictionary(parameters))).ToHtmlString());
        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.WriteAsync(html, context.RequestAborted);
    }
}
