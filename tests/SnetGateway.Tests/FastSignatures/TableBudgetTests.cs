using SnetGateway.FastSignatures;
using Xunit;

namespace SnetGateway.Tests.FastSignatures;

/// <summary>What tables may cost at most.</summary>
public sealed class TableBudgetTests
{
    private const double TableCost = 10; // in recoveries
    private const double Saved = 2.0 / 3; // by a check, of a recovery

    [Fact]
    public void HasTable_WithoutAcceptances_CostsOnePercentBeyondTheFirstTables()
    {
        var budget = new TableBudget();
        int built = Build(budget, recoveries: 1_000_000, acceptances: 0);
        Assert.InRange(built, TableBudget.MaxTables + 990, TableBudget.MaxTables + 1_000);
    }

    [Theory]
    [InlineData(8_711)]
    [InlineData(8_712)]
    public void HasTable_AnyPayments_NeverCostsMoreThanOnePercentAndHalfOfTheSaving(int seed)
    {
        var random = new Random(seed);
        var budget = new TableBudget();
        (double recoveries, double acceptances, double built) = (0, 0, 0);
        for (int i = 0; i < 10_000; i++)
        {
            (int more, int accepted) = (random.Next(1, 100), random.Next(4) == 0 ? random.Next(10_000) : 0);
            recoveries += more;
            acceptances += accepted;
            built += Build(budget, more, accepted);
            double most = (TableBudget.MaxTables * TableCost) + (0.01 * recoveries) + (acceptances * Saved / 2);
            Assert.InRange(built * TableCost, 0, most);
        }
    }

    private static int Build(TableBudget budget, int recoveries, int acceptances)
    {
        int built = 0;
        budget.Add(0, acceptances);
        for (int i = 0; i < recoveries; i++)
        {
            budget.Add(1, 0);
            for (; budget.HasTable; built++)
            {
                budget.Spend();
            }
        }

        return built;
    }
}
