using Grpc.Core;
using SnetGateway.EchoService.Protocol;

namespace SnetGateway.EchoService;

/// <summary>A service with dynamic prices: the gateway calls <see cref="Price"/> before each call of <see cref="Summarize"/>.</summary>
internal sealed class SummaryMethods : Summary.SummaryBase
{
    private const int Words = 10;

    public override Task<SummaryText> Summarize(SummaryText request, ServerCallContext context) =>
        Task.FromResult(new SummaryText { Text = string.Join(' ', request.Text.Split(' ').Take(Words)) });

    public override Task<PriceInCogs> Price(SummaryText request, ServerCallContext context) => request.Text.Length == 0
        ? throw new RpcException(new Status(StatusCode.InvalidArgument, "the text is empty"))
        : Task.FromResult(new PriceInCogs { Price = (ulong)request.Text.Length });
}
