using System.Security.Cryptography;
using Microsoft.AspNetCore.Routing.Patterns;

namespace SnetGateway.Gateway.Validation;

/// <summary>Checks a value with a method of .NET that throws where the value is not valid.</summary>
internal static class Attempt
{
    /// <param name="read">Reads the value. What it returns is disposed of.</param>
    /// <returns>Whether it was read without an exception that a bad value or an unreadable file causes.</returns>
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
