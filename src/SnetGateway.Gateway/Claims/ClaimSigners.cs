using SnetGateway.Ethereum;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Ethereum.Transactions;
using SnetGateway.Gateway.Keys;
using SnetGateway.Payments.Claims.Sending;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Claims;

/// <summary>Opens what signs transactions.</summary>
internal static class ClaimSigners
{
    /// <summary>The signers of the configuration. Throws <see cref="KeyFileException"/> for a key that cannot be opened.</summary>
    public static IReadOnlyList<IClaimSigner> Open(ClaimOptions options, ChainOptions chain, TimeProvider time) =>
    [
        .. options.Signers.Values.Select(signer => string.IsNullOrEmpty(signer.KeyPath)
            ? (IClaimSigner)new RemoteClaimSigner(
                new Uri(signer.Url!), Address.Parse(signer.Address!), (ulong)chain.ChainId, chain.Escrow, time)
            : new KeyClaimSigner(ReadKey(signer), (ulong)chain.ChainId, chain.Escrow)),
    ];

    /// <summary>The payment address of a signer. Throws <see cref="KeyFileException"/>.</summary>
    public static Address AddressOf(ClaimSignerOptions signer) =>
        string.IsNullOrEmpty(signer.KeyPath) ? Address.Parse(signer.Address!) : ReadKey(signer).Address;

    private static PrivateKey ReadKey(ClaimSignerOptions signer)
    {
        string text = KeyFileText.Read(signer.KeyPath!);
        return KeyFileText.IsEncrypted(text)
            ? EncryptedKey.Open(signer.KeyPath!, text, KeyFileText.ReadPassword(signer.PasswordPath!))
            : throw new KeyFileException($"{signer.KeyPath} is not an encrypted key (Web3 secret storage, JSON)");
    }
}
