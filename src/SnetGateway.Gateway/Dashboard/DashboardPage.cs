using Microsoft.AspNetCore.Components;

namespace SnetGateway.Gateway.Dashboard;

/// <summary>What every page has: its request.</summary>
public abstract class DashboardPage : ComponentBase
{
    /// <summary>The request.</summary>
    [Parameter]
    public HttpContext Http { get; set; } = null!;

    /// <summary>
    /// Renders it once, when everything was read. <see cref="ComponentBase"/> would render it also while it waits, with nothing read.
    /// </summary>
    public override async Task SetParametersAsync(ParameterView parameters)
    {
        parameters.SetParameterProperties(this);
        OnInitialized();
        await OnInitializedAsync();
        StateHasChanged();
    }

    /// <summary>Ends reading when the browser is gone.</summary>
    protected CancellationToken Aborted => Http.RequestAborted;

    /// <summary>A parameter of the query; null where it is missing or empty.</summary>
    protected string? Query(string name) => Http.Request.Query[name] is [{ Length: > 0 } value] ? value.Trim() : null;
}
