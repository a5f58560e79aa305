using System.Runtime.CompilerServices;

namespace SnetGateway.FunctionalTests.Infrastructure;

/// <summary>Bounds every wait of a test, and names the line that waited in vain.</summary>
internal static class SoonExtensions
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    public static async Task<T> WithTimeout<T>(
        this Task<T> task, [CallerArgumentExpression(nameof(task))] string what = "", [CallerLineNumber] int line = 0)
    {
        try
        {
            return await task.WaitAsync(s_limit);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            throw new TimeoutException($"Line {line} waited too long for: {what}");
        }
    }

    public static async Task WithTimeout(
        this Task task, [CallerArgumentExpression(nameof(task))] string what = "", [CallerLineNumber] int line = 0)
    {
        try
        {
            await task.WaitAsync(s_limit);
        }
        catch (TimeoutException) when (!task.IsCompleted)
        {
            throw new TimeoutException($"Line {line} waited too long for: {what}");
        }
    }
}
