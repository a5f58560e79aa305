using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SnetGateway.Gateway.Acme;

/// <summary>When a certificate is renewed, and how long to wait after a failure. The limits of Let's Encrypt are the measure.</summary>
internal static class RenewalSchedule
{
    /// <summary>Of its lifetime, the part after which a certificate is renewed without a suggestion of its authority.</summary>
    private const double Earliest = 0.60, Latest = 0.66;

    /// <summary>A suggestion that leaves less of the lifetime than this part is not followed.</summary>
    private const double LatestSuggested = 0.95;

    private static readonly TimeSpan s_longestLeastAge = TimeSpan.FromDays(2);
    private static readonly TimeSpan s_firstBackOff = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan s_longestBackOff = TimeSpan.FromHours(24);

    /// <summary>
    /// The time of renewal, within the suggested window or before two thirds of the lifetime. Where within is chance, but fixed for each
    /// certificate: a restart, and every replica, gets the same.
    /// </summary>
    public static DateTimeOffset RenewAt(X509Certificate2 certificate, RenewalWindow? suggested)
    {
        DateTimeOffset from = new(certificate.NotBefore), until = new(certificate.NotAfter);
        TimeSpan life = until - from;
        double chance = BinaryPrimitives.ReadUInt32BigEndian(SHA256.HashData(certificate.RawData)) / (double)uint.MaxValue;
        return suggested is not null && suggested.End <= from + (life * LatestSuggested)
            ? suggested.Start + ((suggested.End - suggested.Start) * chance)
            : from + (life * (Earliest + ((Latest - Earliest) * chance)));
    }

    /// <summary>
    /// A certificate is not replaced before this age, even if its authority suggests it: at most four a week, and Let's Encrypt allows five
    /// for the same host.
    /// </summary>
    public static TimeSpan LeastAge(X509Certificate2 certificate)
    {
        TimeSpan part = (certificate.NotAfter - certificate.NotBefore) / 20;
        return part < s_longestLeastAge ? part : s_longestLeastAge;
    }

    /// <summary>
    /// The pause after this many failures one after the other: 15 minutes, and twice as long each time up to a day, plus up to a quarter.
    /// Three orders in the first hour, then fewer: Let's Encrypt allows five failed validations an hour for a host.
    /// </summary>
    public static TimeSpan BackOff(int failures, Random random)
    {
        TimeSpan pause = s_firstBackOff * Math.Pow(2, Math.Clamp(failures - 1, 0, 16));
        return (pause < s_longestBackOff ? pause : s_longestBackOff) * (1 + (random.NextDouble() / 4));
    }
}
