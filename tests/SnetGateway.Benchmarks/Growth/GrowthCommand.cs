using System.CommandLine;

namespace SnetGateway.Benchmarks.Growth;

/// <summary>
/// The verb <c>growth</c>: a restart with many known channels, many new channels at the same moment, and a start after many missed blocks,
/// on a local node with the real contract. Prints each figure beside its bar.
/// </summary>
internal static class GrowthCommand
{
    public static async Task<int> RunAsync(string[] args)
    {
        var folder = new Option<string>("--folder") { Required = true, Description = "Where ledgers and logs lie, on a disk." };
        var gateway = new Option<string>("--gateway") { Required = true, Description = "The published snet-gateway.dll." };
        var known = new Option<int>("--known") { DefaultValueFactory = _ => 5_000, Description = "Channels that a restart knows." };
        var fresh = new Option<int>("--new") { DefaultValueFactory = _ => 1_000, Description = "New channels at the same moment." };
        var gap = new Option<int>("--gap") { DefaultValueFactory = _ => 100_800, Description = "Blocks that are missed." };
        var only = new Option<string>("--case") { DefaultValueFactory = _ => "all", Description = "new, restart, gap or all." };
        only.AcceptOnlyFromAmong("new", "restart", "gap", "all");
        var check = new Option<bool>("--check") { Description = "A missed bar is a failure." };
        var command = new RootCommand("Measures what grows with channels and blocks.") { folder, gateway, known, fresh, gap, only, check };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var figures = new List<GrowthFigure>();
            await AddAsync("new", parsed.GetValue(fresh), parsed.GetValue(fresh), NewChannelsCase.MeasureAsync);
            await AddAsync("restart", parsed.GetValue(known), parsed.GetValue(known), RestartCase.MeasureAsync);
            await AddAsync("gap", MissedBlocksCase.Channels, parsed.GetValue(gap), MissedBlocksCase.MeasureAsync);
            foreach (GrowthFigure figure in figures)
            {
                Console.WriteLine($"{figure.What,-72}{figure.Figure,14}   {figure.Bar}{(figure.IsMissed ? "   MISSED" : "")}");
            }

            // A chain of its own for each: a node with many channels takes longer for each block.
            async Task AddAsync(
                string name, int channels, int size, Func<GrowthBench, int, CancellationToken, Task<IReadOnlyList<GrowthFigure>>> measure)
            {
                if (parsed.GetValue(only) is { } named && (named == "all" || named == name))
                {
                    await using GrowthBench bench = await GrowthBench.StartAsync(
                        parsed.GetRequiredValue(folder), parsed.GetRequiredValue(gateway), channels, cancellationToken);
                    figures.AddRange(await measure(bench, size, cancellationToken));
                }
            }

            return parsed.GetValue(check) && figures.Exists(figure => figure.IsMissed) ? 1 : 0;
        });
        return await command.Parse(args).InvokeAsync();
    }
}
