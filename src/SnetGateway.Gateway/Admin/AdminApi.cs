using System.Text;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Timeouts;
using SnetGateway.Gateway.Reports;
using SnetGateway.Gateway.Validation;
using SnetGateway.Payments.Claims.Sending;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Admin;

/// <summary>The admin API: a thin layer over the classes of this folder. Its page is docs/admin-api.md.</summary>
internal static class AdminApi
{
    /// <summary>The name of the OpenAPI document, which is the API's version too.</summary>
    public const string Document = "v1";

    public const string Prefix = $"{AdminGuard.Api}/{Document}";

    private const string OpenApiPath = $"{AdminGuard.Api}/openapi.json";
    private const string NoAddress = "the address is not 0x and 40 hex digits";
    private const int DefaultLimit = 100;
    private const int MaxLimit = 1_000;

    /// <summary>Time that a request may take.</summary>
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    /// <summary>The same for one that reads the whole journal.</summary>
    private static readonly TimeSpan s_exportLimit = TimeSpan.FromMinutes(10);

    /// <summary>Maps it, for the admin listener.</summary>
    public static void MapAdminApi(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapOpenApi(OpenApiPath);
        RouteGroupBuilder api = endpoints.MapGroup(Prefix);
        api.WithRequestTimeout(Within(s_limit));
        api.MapGet("/status", (StatusReader reader) => reader.Read())
            .WithName("GetStatus").WithSummary("Version, readiness, listeners, certificates, store and chain.");
        api.MapGet("/services", (ServiceReader reader) => reader.Services())
            .WithName("GetServices").WithSummary("The paid services with their states and instances.");
        api.MapGet("/instances", (ServiceReader reader) => reader.Instances())
            .WithName("GetInstances").WithSummary("The instances of all clusters with their health.");
        api.MapGet("/calls", (RunningCallReader reader, int? limit) => reader.Read(Limit(limit)))
            .WithName("GetCalls").WithSummary("The calls that run now, the longest first.");
        api.MapGet("/refusals", (RefusalReader reader, string? search, int? limit) => reader.Read(search, Limit(limit)))
            .WithName("GetRefusals").WithSummary("The newest refused calls, each with the check that refused it.");
        api.MapGet("/samples", (Samples samples, DateTimeOffset? after) => samples.Read(after))
            .WithName("GetSamples").WithSummary("Figures of each ten seconds of the last six hours.");
        api.MapGet("/configuration", (ShownConfiguration configuration) => configuration.Read())
            .WithName("GetConfiguration").WithSummary("The configuration in force, without secrets.");
        MapMoney(api);
        MapClaims(api);
        MapControl(api);
    }

    private static void MapControl(RouteGroupBuilder api)
    {
        api.MapGet("/pauses", (PauseControl control) => control.Read())
            .WithName("GetPauses").WithSummary("The services that are paused.");
        api.MapPost("/pause", PauseAsync)
            .WithName("Pause").WithSummary("Has paid calls of a service, or of all, refused on all gateways of the ledger.");
        api.MapPost("/resume", ResumeAsync)
            .WithName("Resume").WithSummary("Serves a service, or all, again.");
        api.MapPost("/free-calls/reset", ResetFreeCallsAsync)
            .WithName("ResetFreeCalls").WithSummary("Sets a user's count of free calls to zero, as `free-calls reset`.");
        api.MapGet("/ledger/verification", (LedgerControl control, CancellationToken token) => control.VerifyAsync(token))
            .WithName("VerifyLedger").WithSummary("The ledger compared with its journal, as by `ledger verify`.")
            .WithRequestTimeout(Within(s_exportLimit));
        api.MapPost("/instances", ChangeInstance)
            .WithName("ChangeInstance").WithSummary("Drains an instance, or changes its weight, until this gateway ends.");
    }

    private static Task<Results<Ok<IReadOnlyList<PauseView>>, ProblemHttpResult>> PauseAsync(
        PauseControl control, PauseRequest request, CancellationToken cancellationToken) =>
        ChangeAsync(control, request, isPaused: true, cancellationToken);

    private static Task<Results<Ok<IReadOnlyList<PauseView>>, ProblemHttpResult>> ResumeAsync(
        PauseControl control, PauseRequest request, CancellationToken cancellationToken) =>
        ChangeAsync(control, request, isPaused: false, cancellationToken);

    private static async Task<Results<Ok<IReadOnlyList<PauseView>>, ProblemHttpResult>> ChangeAsync(
        PauseControl control, PauseRequest request, bool isPaused, CancellationToken cancellationToken) =>
        request.All == (request.Service is not null) ? Invalid("name a service, or all")
        : await control.ChangeAsync(request, isPaused, cancellationToken) is { } paused ? TypedResults.Ok(paused)
        : TypedResults.Problem($"unknown service {ErrorList.Quote(request.Service!)}", statusCode: StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<IReadOnlyList<FreeCallsReset>>, ProblemHttpResult>> ResetFreeCallsAsync(
        LedgerControl control, FreeCallsResetRequest request, CancellationToken cancellationToken) =>
        !Address.TryParse(request.Address, out Address user) ? Invalid(NoAddress)
        : await control.ResetAsync(user, request.UserId ?? "", request.Service, cancellationToken) is { Count: > 0 } done
            ? TypedResults.Ok(done)
            : TypedResults.Problem("the ledger has no free calls of this user", statusCode: StatusCodes.Status404NotFound);

    private static Results<Ok<IReadOnlyList<InstanceView>>, ProblemHttpResult> ChangeInstance(
        InstanceControl control, ServiceReader reader, InstanceRequest request) =>
        control.Apply(request) is { } problem ? Invalid(problem) : TypedResults.Ok(reader.Instances());

    private static void MapClaims(RouteGroupBuilder api)
    {
        api.MapGet("/claims", (ClaimControl control, CancellationToken token) => control.StatusAsync(token))
            .WithName("GetClaims")
            .WithSummary("The claims that the gateway sends: open and finished transactions, and how the last round ended.");
        api.MapGet("/claims/plan", (ClaimControl control, CancellationToken token) => OfChainAsync(() => control.PlanAsync(token)))
            .WithName("PlanClaims").WithSummary("What would be claimed now, by which rule, and what it costs. Changes nothing.");
        api.MapPost("/claims/run", (ClaimControl control, CancellationToken token) => control.RunAsync(token))
            .WithName("RunClaims").WithSummary("Does a round of claims now, and returns the claims as they are then.")
            .WithRequestTimeout(Within(s_exportLimit));
    }

    private static async Task<Results<Ok<T>, ProblemHttpResult>> OfChainAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return TypedResults.Ok(await read());
        }
        catch (ClaimChainException exception)
        {
            return TypedResults.Problem(exception.Message, statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }

    private static void MapMoney(RouteGroupBuilder api)
    {
        api.MapGet("/earned", (EarningsReader reader, int? payers, CancellationToken token) => reader.ReadAsync(Limit(payers), token))
            .WithName("GetEarned").WithSummary("What was charged today (UTC), by service and by payer.");
        api.MapGet("/unclaimed", (UnclaimedReader reader, int? next) => reader.Read(Limit(next)))
            .WithName("GetUnclaimed")
            .WithSummary("Signed amounts that are not claimed, those at risk, and the channels that expire first.");
        api.MapGet("/channels", FindChannelsAsync)
            .WithName("GetChannels").WithSummary("Channels that were paid with, by id; search takes an id or an address.");
        api.MapGet("/channels/{id}", ExplainChannelAsync)
            .WithName("GetChannel").WithSummary("The history of one channel, as `ledger explain` prints it.");
        api.MapGet("/free-calls", ListFreeCallsAsync)
            .WithName("GetFreeCalls").WithSummary("The free calls that users have made.");
        api.MapGet("/free-calls/{address}", ExplainUserAsync)
            .WithName("GetFreeCallsOfUser").WithSummary("The history of a user's free calls, as `ledger explain` prints it.");
        api.MapGet("/usage", ExportUsage)
            .Produces(StatusCodes.Status200OK, contentType: "text/csv", additionalContentTypes: "application/x-ndjson")
            .WithName("GetUsage").WithSummary("What was called, by whom, and what it cost, as `usage export` prints it.")
            .WithRequestTimeout(Within(s_exportLimit));
        api.MapGet("/prices", (UsageReporter reporter) => reporter.Prices())
            .WithName("GetPrices").WithSummary("What calls cost, as `prices` prints it.");
        api.MapGet("/limits", ReadLimitsAsync)
            .WithName("GetLimits").WithSummary("Rates and budgets, and what of the budgets is used today.");
    }

    private static async Task<Results<Ok<ChannelPage>, ProblemHttpResult>> FindChannelsAsync(
        ChannelSearch channels, string? search, string? after, int? limit, CancellationToken cancellationToken)
    {
        UInt256 last = default;
        return after is not null && !UInt256.TryParse(after, out last)
            ? Invalid("after is not a channel id")
            : TypedResults.Ok(await channels.FindAsync(search, after is null ? null : last, Limit(limit), cancellationToken));
    }

    private static async Task<Results<Ok<ChannelStory>, ProblemHttpResult>> ExplainChannelAsync(
        ChannelSearch channels, string id, CancellationToken cancellationToken) =>
        !UInt256.TryParse(id, out UInt256 number) ? Invalid("the channel id is not a whole number")
        : await channels.ExplainAsync(number, cancellationToken) is { } story ? TypedResults.Ok(story)
        : TypedResults.Problem($"the ledger has no channel {number}", statusCode: StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<IReadOnlyList<FreeCallLine>>, ProblemHttpResult>> ListFreeCallsAsync(
        ChannelSearch channels, int? limit, CancellationToken cancellationToken) =>
        TypedResults.Ok(await channels.FreeCallsAsync(Limit(limit), cancellationToken));

    private static async Task<Results<Ok<IReadOnlyList<FreeCallStory>>, ProblemHttpResult>> ExplainUserAsync(
        ChannelSearch channels, string address, CancellationToken cancellationToken) => Address.TryParse(address, out Address user)
        ? TypedResults.Ok(await channels.ExplainAsync(user, cancellationToken))
        : Invalid(NoAddress);

    private static async Task<Results<Ok<LimitsView>, ProblemHttpResult>> ReadLimitsAsync(
        LimitReader reader, string? payer, CancellationToken cancellationToken)
    {
        Address address = default;
        return payer is not null && !Address.TryParse(payer, out address)
            ? Invalid(NoAddress)
            : TypedResults.Ok(await reader.ReadAsync(payer is null ? null : address, cancellationToken));
    }

    private static Results<PushStreamHttpResult, ProblemHttpResult> ExportUsage(
        UsageReporter reporter, TimeProvider time, string? from, string? to, string? by, string? format,
        CancellationToken cancellationToken)
    {
        DateTimeOffset start = default, end = default;
        bool isTime = (from is null || UsageQuery.TryParseTime(from, out start)) && (to is null || UsageQuery.TryParseTime(to, out end));
        var query = new UsageQuery(
            from is null ? null : start, to is null ? null : end, format ?? UsageExport.Csv, by ?? UsageExport.Day);
        if (!isTime || query.Problem(time.GetUtcNow()) is not null)
        {
            return Invalid(isTime ? query.Problem(time.GetUtcNow())! : "from and to are times such as 2026-11-01 or 2026-11-01T12:00Z");
        }

        return TypedResults.Stream(
            async stream =>
            {
                await foreach (string line in reporter.Usage().LinesAsync(query, cancellationToken))
                {
                    await stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\n"), cancellationToken);
                }
            },
            query.Format == UsageExport.Json ? "application/x-ndjson" : "text/csv");
    }

    private static RequestTimeoutPolicy Within(TimeSpan limit) =>
        new() { Timeout = limit, TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable };

    private static int Limit(int? asked) => Math.Clamp(asked ?? DefaultLimit, 1, MaxLimit);

    private static ProblemHttpResult Invalid(string problem) =>
        TypedResults.Problem(problem, statusCode: StatusCodes.Status400BadRequest);
}
