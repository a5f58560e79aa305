using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SnetGateway.Storage.Sqlite;

/// <summary>
/// Which SQLite is called: the system's, which its distribution keeps patched, or the one that ships with the gateway, whichever is newer.
/// </summary>
internal static unsafe class SqliteLibrary
{
    public const string Name = "sqlite3";

    /// <summary>The oldest that the ledger's file was tried with.</summary>
    private const int OldestVersion = 3_035_000;

    private const string Shipped = "e_sqlite3";

    private static readonly string[] OfTheSystem = ["libsqlite3.so.0", "libsqlite3.dylib"];

    private static readonly Lazy<nint> Handle = new(Load);

    public static string Version => Marshal.PtrToStringUTF8((nint)SqliteNative.LibraryVersion())!;

    // The one initializer of this assembly: the name above means no file, so every call passes here first.
#pragma warning disable CA2255
    [ModuleInitializer]
    internal static void Register() => NativeLibrary.SetDllImportResolver(
        typeof(SqliteLibrary).Assembly, static (name, _, _) => name == Name ? Handle.Value : 0);
#pragma warning restore CA2255

    private static nint Load()
    {
        nint newest = 0;
        int newestVersion = OldestVersion - 1;
        foreach (string name in OfTheSystem.Append(Shipped))
        {
            if (!NativeLibrary.TryLoad(name, typeof(SqliteLibrary).Assembly, null, out nint library))
            {
                continue;
            }

            int version = UsableVersion(library);
            if (version <= newestVersion)
            {
                NativeLibrary.Free(library);
                continue;
            }

            if (newest != 0)
            {
                NativeLibrary.Free(newest);
            }

            (newest, newestVersion) = (library, version);
        }

        return newest != 0
            ? newest
            : throw new DllNotFoundException("No SQLite 3.35 or newer was found, neither the system's (libsqlite3-0) nor the one that ships with the gateway.");
    }

    /// <summary>0 for a library that was built for one thread only.</summary>
    private static int UsableVersion(nint library) =>
        NativeLibrary.TryGetExport(library, "sqlite3_threadsafe", out nint threadSafe)
        && NativeLibrary.TryGetExport(library, "sqlite3_libversion_number", out nint version)
        && ((delegate* unmanaged<int>)threadSafe)() != 0
            ? ((delegate* unmanaged<int>)version)()
            : 0;
}
