using SnetGateway.Gateway.PaidCalls;
using SnetGateway.Payments.Values;

namespace SnetGateway.FunctionalTests.Adversary.Attacks;

/// <summary>Payments that are right, but for something else.</summary>
internal static class SubstitutionAttacks
{
    public static async Task OfAnotherGroupOrChannelAsync(AttackRun run)
    {
        Payer payer = await run.OpenAsync();
        Payer second = await run.OpenAsync();
        Payer otherRecipient = await run.OpenAsync(recipient: payer.Key.Address);
        Payer otherGroup =
            await run.OpenAsync(group: new Bytes32([.. run.Target.GroupId.ToBytes()[..31], (byte)(run.Target.GroupId.ToBytes()[31] ^ 1)]));
        await payer.PayAsync();
        await Task.WhenAll(run.Everywhere.Select(async gateway =>
        {
            run.MustBeRefused(await otherRecipient.ShowAsync(gateway, otherRecipient.Next), "a channel that pays somebody else");
            run.MustBeRefused(await otherGroup.ShowAsync(gateway, otherGroup.Next), "a channel of another group");
            foreach ((string what, byte[] signature) in new[]
            {
                ("a signature over another channel of the same sender", second.Sign(payer.Next)),
                ("a signature over another escrow", payer.Sign(payer.Next, escrow: run.Target.Recipient)),
                ("a signature over the amount before", payer.Sign(payer.Signed)),
                ("a signature over the next nonce", payer.Sign(payer.Next, payer.Nonce + 1)),
            })
            {
                List<(string Name, string Value)> headers = payer.Headers(payer.Next, signature: signature);
                run.MustBeRefused(await run.CallAsync(gateway, payer.Payment(payer.Next), headers), what);
            }

            List<(string Name, string Value)> ofAnother =
                [.. payer.Headers(payer.Signed)
                    .Select(header => header.Name == PaymentMetadata.ChannelId ? (header.Name, second.Channel.ToString()) : header)];
            run.MustBeRefused(
                await run.CallAsync(gateway, second.Payment(payer.Signed), ofAnother), "a payment of one channel, shown for another");
        }));

        await payer.GoOnAsync();
        await second.GoOnAsync();
    }

    /// <summary>
    /// A channel is its group's, so one payment for two services of the group is one payment; and one for the cheap is none for the dear.
    /// </summary>
    public static async Task AcrossServicesAsync(AttackRun run)
    {
        Payer payer = await run.OpenAsync();
        for (int round = 0; round < run.Times(20, 3); round++)
        {
            ulong amount = payer.Next;
            await Task.WhenAll(Enumerable.Range(0, 48).Select(copy => payer.ShowAsync(
                copy % run.Everywhere.Count, amount, host: copy % 2 == 0 ? null : OwnGroup.TwinHost)));
            run.MustBeGranted(payer.Payment(amount));
            foreach (int gateway in run.Everywhere)
            {
                run.MustBeRefused(
                    await payer.ShowAsync(gateway, amount, host: OwnGroup.TwinHost), "a payment that another service of the group has had");
                run.MustBeRefused(
                    await payer.ShowAsync(gateway, amount + run.Target.Price, host: OwnGroup.DearHost),
                    "the cheap service's price for the dear one");
                run.MustBeRefused(
                    await payer.ShowAsync(gateway, amount + run.Target.Price, host: OwnGroup.OtherGroupHost),
                    "a channel of this group at a service of another");
            }

            await payer.GoOnAsync();
        }
    }
}
