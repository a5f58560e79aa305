using System.Text.Json;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.FastSignatures;
using SnetGateway.Payments.Values;
using Xunit;

namespace SnetGateway.Tests.Ethereum;

/// <summary>All recorded signatures: the result is what the chain's own precompile gave.</summary>
public sealed class SignatureVectorTests
{
    [Fact]
    public void TryRecover_RecordedSignatures_AgreeWithTheChain()
    {
        var recovery = new SignerRecovery();
        JsonElement cases = VectorFile.Read("payment-signatures.json").GetProperty("cases");
        Assert.Equal(308, cases.GetArrayLength());
        int recovered = 0;
        foreach (JsonElement one in cases.EnumerateArray())
        {
            string? onChain = one.GetProperty("observed").Text("evmEcrecover");
            byte[] packed = one.GetProperty("packed").Bytes();
            foreach (string form in new[] { "signature", "signatureV01" })
            {
                if (!one.TryGetProperty(form, out JsonElement text) || text.ValueKind != JsonValueKind.String)
                {
                    continue;
                }

                bool ok = recovery.TryRecover(packed, text.Bytes(), out Address signer);
                string label = $"{one.Text("id")} {form} {one.Text("note")}";
                Assert.True(ok == (onChain is not null), label);
                if (onChain is not null)
                {
                    Assert.True(onChain == AddressText.Checksum(signer), label);
                    Assert.True(recovery.IsWellFormed(text.Bytes()), label);
                    recovered++;
                }
            }
        }

        Assert.True(recovered > 300);
    }

    [Fact]
    public void TryRecover_RecordedSignaturesOfKnownSigners_AgreeWithTheChain()
    {
        var recovery = new SignerRecovery();
        JsonElement[] cases = [.. VectorFile.Read("payment-signatures.json").GetProperty("cases").EnumerateArray()];
        foreach (JsonElement one in cases.Where(one => one.Text("kind") == "valid"))
        {
            // Each signer becomes known, and everything is checked again as if it was expected from them, including distorted signatures.
            var signer = Address.Parse(one.Text("signer").ToLowerInvariant());
            for (int i = 0; i < KnownSigners.RecoveriesBeforeTable; i++)
            {
                Assert.True(recovery.TryRecover(one.GetProperty("packed").Bytes(), one.GetProperty("signature").Bytes(), signer, out _));
            }
        }

        long before = recovery.Known!.Acceptances;
        int valid = 0;
        foreach (JsonElement one in cases)
        {
            string? onChain = one.GetProperty("observed").Text("evmEcrecover");
            string? named = one.TryGetProperty("signer", out JsonElement signer) ? signer.GetString() : onChain;
            Address.TryParse(named?.ToLowerInvariant(), out Address expected);
            bool ok = recovery.TryRecover(
                one.GetProperty("packed").Bytes(), one.GetProperty("signature").Bytes(), expected, out Address found);
            Assert.True(ok == (onChain is not null), one.Text("id"));
            Assert.True(!ok || onChain == AddressText.Checksum(found), one.Text("id"));
            valid += one.Text("kind") == "valid" ? 1 : 0;
        }

        Assert.InRange(recovery.Known.Acceptances - before, valid, cases.Length);
    }

    [Fact]
    public void SignMessage_RecordedKeys_ReproduceTheRecordedSignatures()
    {
        int signed = 0;
        foreach (JsonElement one in VectorFile.Read("payment-signatures.json").GetProperty("cases").EnumerateArray())
        {
            if (one.Text("kind") != "valid")
            {
                continue;
            }

            Assert.True(PrivateKey.TryCreate(one.GetProperty("privateKey").Bytes(), out PrivateKey? key));
            Assert.Equal(one.Text("signer"), AddressText.Checksum(key.Address));
            Assert.Equal(one.GetProperty("signature").Bytes(), key.SignMessage(one.GetProperty("packed").Bytes()));
            signed++;
        }

        Assert.Equal(138, signed);
    }

    [Fact]
    public void IsWellFormed_FormatsThatTheChainRefuses_AreRefusedBeforeAnyArithmetic()
    {
        var recovery = new SignerRecovery();
        foreach (JsonElement one in VectorFile.Read("payment-signatures.json").GetProperty("cases").EnumerateArray())
        {
            JsonElement expected = one.GetProperty("expected");
            if (expected.TryGetProperty("reason", out JsonElement reason) && reason.GetString() is "length" or "v" or "r" or "s")
            {
                Assert.False(recovery.IsWellFormed(one.GetProperty("signature").Bytes()), one.Text("id"));
            }
        }
    }
}
