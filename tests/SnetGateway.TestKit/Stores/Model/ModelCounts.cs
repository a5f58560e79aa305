namespace SnetGateway.TestKit.Stores.Model;

/// <summary>Counts of a run of the model. An operation is one commit or one read of a caller.</summary>
/// <param name="Operations">Commits and reads.</param>
/// <param name="Settled">Payments that their caller knows to be written.</param>
/// <param name="Lost">Payments that their caller knows not to be written.</param>
/// <param name="Open">Payments left in doubt: the store failed to respond too often.</param>
/// <param name="Faults">Injected faults.</param>
/// <param name="Late">Writes that were executed after their caller got no response.</param>
public readonly record struct ModelCounts(long Operations, long Settled, long Lost, long Open, long Faults, long Late)
{
    public static ModelCounts operator +(ModelCounts left, ModelCounts right) => new(
        left.Operations + right.Operations,
        left.Settled + right.Settled,
        left.Lost + right.Lost,
        left.Open + right.Open,
        left.Faults + right.Faults,
        left.Late + right.Late);

    public override string ToString() =>
        $"{Operations} operations, {Settled} payments booked, {Lost} not booked, {Open} left in doubt, {Faults} faults, {Late} late writes";
}
