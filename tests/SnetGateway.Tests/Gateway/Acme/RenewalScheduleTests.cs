using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CsCheck;
using SnetGateway.Gateway.Acme;
using Xunit;

namespace SnetGateway.Tests.Gateway.Acme;

public sealed class RenewalScheduleTests
{
    private static readonly DateTimeOffset s_from = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void WithoutSuggestion_IsBeforeTwoThirdsOfTheLifetime_AndTheSameForEachLook()
    {
        var times = new HashSet<DateTimeOffset>();
        for (int i = 0; i < 20; i++)
        {
            using X509Certificate2 certificate = Create(TimeSpan.FromDays(90));
            DateTimeOffset at = RenewalSchedule.RenewAt(certificate, null);
            Assert.InRange(at - s_from, TimeSpan.FromDays(54), TimeSpan.FromDays(60));
            Assert.Equal(at, RenewalSchedule.RenewAt(certificate, null));
            times.Add(at);
        }

        Assert.True(times.Count > 10, "certificates of one day should not be renewed at one time");
    }

    [Fact]
    public void Suggestion_IsFollowed_EvenWhenItHasPassed()
    {
        using X509Certificate2 certificate = Create(TimeSpan.FromDays(90));
        var window = new RenewalWindow(s_from.AddDays(70), s_from.AddDays(72));
        Assert.InRange(RenewalSchedule.RenewAt(certificate, window), window.Start, window.End);
        var past = new RenewalWindow(s_from.AddDays(-9), s_from.AddDays(-8));
        Assert.InRange(RenewalSchedule.RenewAt(certificate, past), past.Start, past.End);
    }

    [Theory]
    [InlineData(86, 89)]
    [InlineData(200, 300)]
    public void SuggestionThatIsTooLate_IsNotFollowed(int start, int end)
    {
        using X509Certificate2 certificate = Create(TimeSpan.FromDays(90));
        var window = new RenewalWindow(s_from.AddDays(start), s_from.AddDays(end));
        Assert.InRange(RenewalSchedule.RenewAt(certificate, window) - s_from, TimeSpan.FromDays(54), TimeSpan.FromDays(60));
    }

    [Theory]
    [InlineData(90, 48)]
    [InlineData(6, 7.2)]
    public void LeastAge_AllowsFourCertificatesAWeek_OrFollowsAShortLifetime(int days, double hours)
    {
        using X509Certificate2 certificate = Create(TimeSpan.FromDays(days));
        Assert.Equal(TimeSpan.FromHours(hours), RenewalSchedule.LeastAge(certificate));
    }

    /// <summary>Let's Encrypt: five failed validations of a host an hour, five certificates for the same hosts a week.</summary>
    [Fact]
    public void BackOff_StaysBelowTheLimits() => Gen.Int.Sample(seed =>
    {
#pragma warning disable CA5394 // not for secrets
        var random = new Random(seed);
#pragma warning restore CA5394
        List<TimeSpan> orders = [TimeSpan.Zero];
        for (int failures = 1; failures < 40; failures++)
        {
            TimeSpan pause = RenewalSchedule.BackOff(failures, random);
            Assert.InRange(pause, TimeSpan.FromMinutes(15), TimeSpan.FromHours(30));
            orders.Add(orders[^1] + pause);
        }

        Assert.All(orders, start => Assert.True(orders.Count(at => at >= start && at < start + TimeSpan.FromHours(1)) <= 3));
        Assert.True(orders[^1] > TimeSpan.FromDays(30));
    });

    [Fact]
    public void RenewalId_IsThatOfTheStandardsExample()
    {
        // RFC 9773, appendix A: the key identifier and the serial number of the example certificate.
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=a", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(
            Convert.FromHexString("69885B6B87464041E1B37B847BA0AE2CDE01C8D4")));
        using X509Certificate2 certificate = request.Create(
            new X500DistinguishedName("CN=ca"), X509SignatureGenerator.CreateForECDsa(key), s_from, s_from.AddDays(1),
            Convert.FromHexString("0087654321"));
        Assert.Equal("aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE", RenewalId.Of(certificate));
        using X509Certificate2 without = Create(TimeSpan.FromDays(1));
        Assert.Null(RenewalId.Of(without));
    }

    private static X509Certificate2 Create(TimeSpan lifetime)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=a", key, HashAlgorithmName.SHA256).CreateSelfSigned(s_from, s_from + lifetime);
    }
}
