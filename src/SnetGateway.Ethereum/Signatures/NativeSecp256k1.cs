using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace SnetGateway.Ethereum.Signatures;

/// <summary>
/// libsecp256k1 (Debian: libsecp256k1-1) by function pointers, so that any of its library versions will do: the functions used here have
/// kept their shape through all of them. One context for the process, made once and never changed again, which makes it safe to share.
/// </summary>
internal sealed unsafe class NativeSecp256k1 : Secp256k1
{
    private const int RecoverableSignatureSize = 65;
    private const int OpaquePublicKeySize = 64;
    private const int SerializedPublicKeySize = 65;
    private const uint ContextSignAndVerify = 0x301; // what old versions need; newer ones take it as "none"
    private const uint Uncompressed = 0x2;
    private const int NewestLibraryVersion = 9;

    private readonly nint _context;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, byte*, int, int> _parseRecoverable;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, byte*, byte*, int> _recover;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, nuint*, byte*, uint, int> _serializePublicKey;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, byte*, byte*, nint, nint, int> _signRecoverable;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, int*, byte*, int> _serializeRecoverable;
    private readonly delegate* unmanaged[Cdecl]<nint, byte*, byte*, int> _createPublicKey;

    private NativeSecp256k1(nint library, string name)
    {
        Name = name;
        _parseRecoverable = (delegate* unmanaged[Cdecl]<nint, byte*, byte*, int, int>)
            NativeLibrary.GetExport(library, "secp256k1_ecdsa_recoverable_signature_parse_compact");
        _recover = (delegate* unmanaged[Cdecl]<nint, byte*, byte*, byte*, int>)
            NativeLibrary.GetExport(library, "secp256k1_ecdsa_recover");
        _serializePublicKey = (delegate* unmanaged[Cdecl]<nint, byte*, nuint*, byte*, uint, int>)
            NativeLibrary.GetExport(library, "secp256k1_ec_pubkey_serialize");
        _signRecoverable = (delegate* unmanaged[Cdecl]<nint, byte*, byte*, byte*, nint, nint, int>)
            NativeLibrary.GetExport(library, "secp256k1_ecdsa_sign_recoverable");
        _serializeRecoverable = (delegate* unmanaged[Cdecl]<nint, byte*, int*, byte*, int>)
            NativeLibrary.GetExport(library, "secp256k1_ecdsa_recoverable_signature_serialize_compact");
        _createPublicKey = (delegate* unmanaged[Cdecl]<nint, byte*, byte*, int>)
            NativeLibrary.GetExport(library, "secp256k1_ec_pubkey_create");

        var create = (delegate* unmanaged[Cdecl]<uint, nint>)NativeLibrary.GetExport(library, "secp256k1_context_create");
        var randomize = (delegate* unmanaged[Cdecl]<nint, byte*, int>)NativeLibrary.GetExport(library, "secp256k1_context_randomize");
        _context = create(ContextSignAndVerify);

        // Blinds signing against side channels. Seeded by the system, because it protects keys and decides nothing.
        byte* seed = stackalloc byte[32];
        RandomNumberGenerator.Fill(new Span<byte>(seed, 32));
        if (_context == 0 || randomize(_context, seed) != 1)
        {
            throw new DllNotFoundException("libsecp256k1 gave no context.");
        }
    }

    public override string Name { get; }

    /// <summary>Null where no such library is installed, or one without the recovery module.</summary>
    public static NativeSecp256k1? TryLoad()
    {
        foreach (string name in CandidateNames())
        {
            if (NativeLibrary.TryLoad(name, out nint library))
            {
                try
                {
                    return new NativeSecp256k1(library, name);
                }
                catch (Exception exception) when (exception is EntryPointNotFoundException or DllNotFoundException)
                {
                    NativeLibrary.Free(library);
                }
            }
        }

        return null;
    }

    public override bool TryRecover(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, int recoveryId, Span<byte> publicKey)
    {
        CheckLengths(digest, signature, publicKey);
        byte* parsed = stackalloc byte[RecoverableSignatureSize];
        byte* key = stackalloc byte[OpaquePublicKeySize];
        fixed (byte* digestBytes = digest, signatureBytes = signature)
        {
            return _parseRecoverable(_context, parsed, signatureBytes, recoveryId) == 1
                && _recover(_context, key, parsed, digestBytes) == 1
                && TrySerialize(key, publicKey);
        }
    }

    public override int Sign(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> privateKey, Span<byte> signature)
    {
        CheckLengths(digest, signature, signature);
        ArgumentOutOfRangeException.ThrowIfNotEqual(privateKey.Length, 32);
        byte* made = stackalloc byte[RecoverableSignatureSize];
        int recoveryId;
        fixed (byte* digestBytes = digest, keyBytes = privateKey, signatureBytes = signature)
        {
            if (_signRecoverable(_context, made, digestBytes, keyBytes, 0, 0) != 1
                || _serializeRecoverable(_context, signatureBytes, &recoveryId, made) != 1
                || recoveryId > 1)
            {
                throw new CryptographicException("The key is not in range, or its signature is one that the contract cannot check.");
            }
        }

        return recoveryId;
    }

    public override void PublicKeyOf(ReadOnlySpan<byte> privateKey, Span<byte> publicKey)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(privateKey.Length, 32);
        byte* key = stackalloc byte[OpaquePublicKeySize];
        fixed (byte* keyBytes = privateKey)
        {
            if (_createPublicKey(_context, key, keyBytes) != 1 || !TrySerialize(key, publicKey))
            {
                throw new CryptographicException("The key is not in range.");
            }
        }
    }

    // A wrong length would be read past its end in native code, so it is refused here even though no caller makes one.
    private static void CheckLengths(ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature, ReadOnlySpan<byte> result)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(digest.Length, 32);
        ArgumentOutOfRangeException.ThrowIfNotEqual(signature.Length, 64);
        ArgumentOutOfRangeException.ThrowIfNotEqual(result.Length, PublicKeySize);
    }

    private static IEnumerable<string> CandidateNames()
    {
        if (OperatingSystem.IsWindows())
        {
            yield return "libsecp256k1.dll";
            yield return "secp256k1.dll";
            yield break;
        }

        if (OperatingSystem.IsMacOS())
        {
            yield return "libsecp256k1.dylib";
            yield break;
        }

        // Debian's run-time package has the numbered name only.
        for (int version = NewestLibraryVersion; version >= 0; version--)
        {
            yield return $"libsecp256k1.so.{version}";
        }

        yield return "libsecp256k1.so";
    }

    private bool TrySerialize(byte* key, Span<byte> publicKey)
    {
        byte* serialized = stackalloc byte[SerializedPublicKeySize];
        nuint length = SerializedPublicKeySize;
        if (_serializePublicKey(_context, serialized, &length, key, Uncompressed) != 1)
        {
            return false;
        }

        new ReadOnlySpan<byte>(serialized + 1, PublicKeySize).CopyTo(publicKey);
        return true;
    }
}
