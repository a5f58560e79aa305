using System.Numerics;
using Nethereum.KeyStore;
using Nethereum.KeyStore.Crypto;
using Nethereum.KeyStore.Model;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.Keys;

/// <summary>
/// A key file in the Web3 secret storage format, version 3. Its cost parameters are bounded before any work is done, so that a malicious
/// file can use up neither memory nor time.
/// </summary>
internal static class EncryptedKey
{
    // Wallets write n = 2^18, r = 8, p = 1: 256 MiB and about a second.
    private const long MaxScryptBlocks = 1L << 21;
    private const long MaxScryptWork = 1L << 23;
    private const int MaxPbkdf2Rounds = 10_000_000;
    private const int KeyLength = 32;

    /// <summary>Decrypts a key.</summary>
    /// <param name="path">The file, for error messages.</param>
    /// <param name="json">The content of the file.</param>
    /// <param name="password">May be empty.</param>
    /// <exception cref="KeyFileException">The password is wrong, or the file is not of this format or beyond the bounds.</exception>
    public static PrivateKey Open(string path, string json, string password)
    {
        byte[] bytes;
        string? address;
        try
        {
            var scrypt = new KeyStoreScryptService();
            KeyStore<ScryptParams> file = scrypt.DeserializeKeyStoreFromJson(json);
            address = file.Address;
            bytes = (file.Version, file.Crypto.Cipher, file.Crypto.Kdf) switch
            {
                (3, "aes-128-ctr", "scrypt") when IsBounded(file.Crypto.Kdfparams) => scrypt.DecryptKeyStore(password, file),
                (3, "aes-128-ctr", "pbkdf2") => OpenPbkdf2(json, password),
                _ => throw new InvalidDataException("unsupported version, cipher or key derivation"),
            };
        }
        catch (DecryptionException)
        {
            throw new KeyFileException($"the password does not open {path}");
        }
#pragma warning disable CA1031 // The library throws many types for a broken file. Their messages may quote it, so they are not repeated.
        catch (Exception)
#pragma warning restore CA1031
        {
            throw new KeyFileException(
                $"{path} is not a key file that can be opened (Web3 secret storage version 3, aes-128-ctr, scrypt or pbkdf2 of usual "
                + $"cost)");
        }

        return PrivateKey.TryCreate(bytes, out PrivateKey? key) && (address is null || IsOf(key, address))
            ? key
            : throw new KeyFileException($"{path} holds no private key, or the key of another address than it names");
    }

    private static byte[] OpenPbkdf2(string json, string password)
    {
        var pbkdf2 = new KeyStorePbkdf2Service();
        KeyStore<Pbkdf2Params> file = pbkdf2.DeserializeKeyStoreFromJson(json);
        return file.Crypto.Kdfparams is { Count: > 0 and <= MaxPbkdf2Rounds, Dklen: KeyLength, Prf: "hmac-sha256" }
            ? pbkdf2.DecryptKeyStore(password, file)
            : throw new InvalidDataException("unsupported parameters of pbkdf2");
    }

    // Memory grows with n * r, time with n * r * p.
    private static bool IsBounded(ScryptParams cost) =>
        cost is { N: > 1, R: > 0, P: > 0, Dklen: KeyLength }
        && BitOperations.IsPow2(cost.N)
        && (long)cost.N * cost.R <= MaxScryptBlocks
        && (long)cost.N * cost.R <= MaxScryptWork / cost.P
        && cost.R <= MaxScryptWork / cost.P;

    private static bool IsOf(PrivateKey key, string address) =>
        Address.TryParse(address.StartsWith("0x", StringComparison.Ordinal) ? address : "0x" + address, out Address named)
            && named == key.Address;
}
