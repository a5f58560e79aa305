namespace SnetGateway.TestKit.Processes;

/// <summary>`tests/run.sh --fast` leaves out the tests that say what they need.</summary>
internal static class FastRun
{
    /// <summary>Throws in a fast run: the test needs something that it does not name.</summary>
    /// <param name="need">The value of the trait `Needs`.</param>
    public static void Refuse(string need)
    {
        if (Environment.GetEnvironmentVariable("SNET_TEST_FAST") is { Length: > 0 })
        {
            throw new InvalidOperationException(
                $"This test needs {need}: mark its class with [Trait(\"Needs\", \"{need}\")], so that tests/run.sh --fast leaves it out.");
        }
    }
}
