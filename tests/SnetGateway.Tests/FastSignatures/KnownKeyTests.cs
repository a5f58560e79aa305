using System.Globalization;
using System.Numerics;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.FastSignatures;
using SnetGateway.TestKit;
using Xunit;

namespace SnetGateway.Tests.FastSignatures;

/// <summary>
/// A yes of the tables means that the library recovers that key and no other; and signatures by the key get their yes. The long form:
/// tests/campaigns/signatures.sh.
/// </summary>
[Trait("Needs", "time")]
public sealed class KnownKeyTests(ITestOutputHelper output)
{
    private const int CasesPerKey = 400;

    [Fact]
    public async Task IsCertainlySigner_GeneratedCases_YesOnlyIfTheLibraryRecoversTheKey()
    {
        long cases = Setting("SNET_CAMPAIGN_SIGNATURES", 6_000);
        int seed = Seeds.Next(output.WriteLine, fallback: 8_501);
        long done = 0;
        long accepted = 0;
        long recovered = 0;
        long honest = 0;
        for (int keys = 0; done < cases; keys++)
        {
            var random = new Random(unchecked((seed * 7_919) + keys));
            var generated = new SignatureCases(random, SignatureCases.KeyOf(random, keys));
            byte[] publicKey = new byte[RecoverableEcdsa.PublicKeySize];
            for (int i = 0; i < CasesPerKey && done < cases; i++, done++)
            {
                SignatureCase one = generated.Next();
                if (!SignatureFormat.IsScalar(one.Signature.AsSpan(0, 32)) || !SignatureFormat.IsScalar(one.Signature.AsSpan(32)))
                {
                    continue; // refused by its shape, before anybody computes
                }

                bool yes = generated.Known.IsCertainlySigner(one.Digest, one.Signature, one.RecoveryId);
                bool isKey = RecoverableEcdsa.TryRecover(one.Digest, one.Signature, one.RecoveryId, publicKey)
                    && publicKey.AsSpan().SequenceEqual(generated.PublicKey);
                string label = $"seed {seed}, key {keys}, number {i}: {Convert.ToHexString(one.Digest)} "
                    + $"{Convert.ToHexString(one.Signature)} {one.RecoveryId}";
                Assert.True(!yes || isKey, $"accepted, and not the key's: {label}");
                Assert.True(!one.IsHonest || isKey, $"the case is wrong: {label}");
                Assert.True(!one.IsHonest || yes, $"the key's, and not accepted: {label}");
                Assert.True(!isKey || yes || !SignatureCases.IsPlain(keys), $"no sum of such a key meets a special case: {label}");
                accepted += yes ? 1 : 0;
                recovered += isKey ? 1 : 0;
                honest += one.IsHonest ? 1 : 0;
            }

            await Task.Yield(); // other tests go on meanwhile
        }

        output.WriteLine($"{done} cases: {honest} honest, {recovered} recovered to the key, {accepted} accepted by the tables, 0 wrongly");
        Assert.InRange(accepted, cases / 3, cases - 1);
        Assert.InRange(accepted, recovered * 9 / 10, recovered);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void IsCertainlySigner_FirstAdditionMeetsOnePointTwiceOrItsNegative_NotCertain(int sign)
    {
        var random = new Random(8_502);
        for (int i = 0; i < 20; i++)
        {
            // Lane 0 holds a1 G, lane 2 holds b1 Q: equal, or each other's negative, if the key is a1 / b1 or its negative.
            (BigInteger a1, BigInteger a2, BigInteger b1, BigInteger b2) = Halves(random);
            AssertNotCertain(random, sign * a1 * Numbers.Inverse(b1, Numbers.N), a1, a2, b1, b2);
        }
    }

    [Fact]
    public void IsCertainlySigner_LastAdditionMeetsOnePointTwice_NotCertain()
    {
        var random = new Random(8_503);
        for (int i = 0; i < 20; i++)
        {
            // a1 G + b1 Q and lambda (a2 G + b2 Q) are equal. (Each other's negative they cannot be: the nonce would be 0.)
            (BigInteger a1, BigInteger a2, BigInteger b1, BigInteger b2) = Halves(random);
            BigInteger divisor = Numbers.Mod(b1 - (Numbers.Lambda * b2), Numbers.N);
            AssertNotCertain(random, ((Numbers.Lambda * a2) - a1) * Numbers.Inverse(divisor, Numbers.N), a1, a2, b1, b2);
        }
    }

    [Fact]
    public void IsCertainlySigner_ManyThreads_OneTable()
    {
        var cases = new SignatureCases(new Random(8_504), 77);
        SignatureCase[] honest = [.. Enumerable.Range(0, 400).Select(_ => cases.Next()).Where(one => one.IsHonest)];
        Assert.NotEmpty(honest);
        Parallel.For(0, 4 * honest.Length, i =>
        {
            SignatureCase one = honest[i % honest.Length];
            Assert.True(cases.Known.IsCertainlySigner(one.Digest, one.Signature, one.RecoveryId));
            Assert.False(cases.Known.IsCertainlySigner(one.Digest, one.Signature, 1 - one.RecoveryId));
        });
    }

    /// <summary>
    /// A true signature whose sum goes through an addition without a formula: the library knows it, the tables must not say anything.
    /// </summary>
    private void AssertNotCertain(Random random, BigInteger key, BigInteger a1, BigInteger a2, BigInteger b1, BigInteger b2)
    {
        BigInteger ofGenerator = Numbers.Mod(a1 + (Numbers.Lambda * a2), Numbers.N);
        BigInteger ofKey = Numbers.Mod(b1 + (Numbers.Lambda * b2), Numbers.N);
        Assert.Equal((a1, a2), Split(ofGenerator));
        Assert.Equal((b1, b2), Split(ofKey));
        var cases = new SignatureCases(random, Numbers.Mod(key, Numbers.N));
        SignatureCase one = cases.Constructed(ofGenerator, ofKey);
        Assert.False(one.IsHonest);
        byte[] publicKey = new byte[RecoverableEcdsa.PublicKeySize];
        Assert.True(RecoverableEcdsa.TryRecover(one.Digest, one.Signature, one.RecoveryId, publicKey));
        Assert.Equal(cases.PublicKey, publicKey);
        Assert.False(cases.Known.IsCertainlySigner(one.Digest, one.Signature, one.RecoveryId));
    }

    /// <summary>Multiples for the four lanes that two scalars really are split into.</summary>
    private static (BigInteger A1, BigInteger A2, BigInteger B1, BigInteger B2) Halves(Random random)
    {
        (BigInteger a1, BigInteger a2) = Split(Numbers.Any(random) % Numbers.N);
        (BigInteger b1, BigInteger b2) = Split(Numbers.Any(random) % Numbers.N);
        return (a1, a2, b1, b2);
    }

    private static (BigInteger First, BigInteger Second) Split(BigInteger scalar)
    {
        Assert.True(SignedWindows.TrySplit(Numbers.Words(scalar), out Words256 first, out Words256 second));
        return (SignedWindowsTests.Sum(first), SignedWindowsTests.Sum(second));
    }

    private static long Setting(string name, long otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? long.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
