using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SnetGateway.Benchmarks.Payments;

/// <summary>The payments of one channel, signed ahead of the measurement: the n-th pays n times the price in total.</summary>
/// <remarks>Signatures are deterministic, so they are kept in a file that is named after everything they depend on, and a later run reads
/// them.</remarks>
internal sealed class PaymentStock
{
    private readonly byte[] _escrow;
    private readonly string _file;
    private byte[] _signatures;

    public PaymentStock(ulong chainId, byte[] escrow, PaidChannel channel, ulong price, string folder)
    {
        _escrow = escrow;
        Channel = channel;
        Price = price;
        string subject = string.Create(
            CultureInfo.InvariantCulture,
            $"{chainId} {Convert.ToHexString(escrow)} {channel.Id} {channel.Nonce} {price} "
            + $"{Convert.ToHexString(SHA256.HashData(channel.Key))}");
        _file = Path.Combine(folder, Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(subject)).AsSpan(0, 12)) + ".signatures");
        Directory.CreateDirectory(folder);
        _signatures = File.Exists(_file) ? File.ReadAllBytes(_file) : [];
    }

    public PaidChannel Channel { get; }

    /// <summary>What one call costs, in cogs.</summary>
    public ulong Price { get; }

    /// <summary>How many payments are signed.</summary>
    public int Count => _signatures.Length / ClaimSigner.SignatureLength;

    /// <summary>The total that payment <paramref name="index"/> (from 0) authorises, in cogs.</summary>
    public ulong Amount(int index) => ((ulong)index + 1) * Price;

    public ReadOnlySpan<byte> Signature(int index) =>
        _signatures.AsSpan(index * ClaimSigner.SignatureLength, ClaimSigner.SignatureLength);

    /// <summary>Signs until there are <paramref name="count"/> payments, and keeps them. Some 35 microseconds of processor each.</summary>
    public void Fill(int count)
    {
        int present = Count;
        if (count <= present)
        {
            return;
        }

        byte[] signatures = new byte[count * ClaimSigner.SignatureLength];
        _signatures.AsSpan(0, present * ClaimSigner.SignatureLength).CopyTo(signatures);
        using var signer = new ClaimSigner(_escrow, Channel);
        for (int index = present; index < count; index++)
        {
            signer.Sign(Amount(index), signatures.AsSpan(index * ClaimSigner.SignatureLength, ClaimSigner.SignatureLength));
        }

        _signatures = signatures;
        string beside = _file + ".new";
        File.WriteAllBytes(beside, signatures);
        File.Move(beside, _file, overwrite: true);
    }
}
