namespace SnetGateway.TestKit.Stores.Model;

/// <summary>What a run of the model did. An operation is one commit or one read that a caller asked for.</summary>
/// <param name="Operations">Commits and reads.</param>
/// <param name="Settled">Payments that their caller knows as booked.</param>
/// <param name="Lost">Payments that their caller knows as not booked.</param>
/// <param name="Open">Payments left in doubt: the store gave no answer often enough.</param>
/// <param name="Faults">Faults that were put in.</param>
/// <param name="Late">Writes that landed after their caller had been told nothing.</param>
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
