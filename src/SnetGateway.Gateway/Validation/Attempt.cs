using System.Security.Cryptography;
using Microsoft.AspNetCore.Routing.Patterns;

namespace SnetGateway.Gateway.Validation;

/// <summary>Checks a value with a method of .NET that throws where the value is bad or its file cannot be read.</summary>
internal static class Attempt
{
    /// <summary>Whether the method returns without such an exception. Its result is disposed of.</summary>
    public static bool Succeeds(Func<object?> read)
    {
        try
        {
            (read() as IDisposable)?.Dispose();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException
            or CryptographicException or RoutePatternException or RouteCreationException or InvalidOperationException)
        {
            return false;
        }
    }
}
