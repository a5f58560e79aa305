using System.Buffers.Binary;
using System.Reflection.PortableExecutable;

namespace SnetGateway.FunctionalTests.Cli;

/// <summary>A file of machine code, known by its first bytes and not by its name.</summary>
/// <param name="Path">Where it lies.</param>
/// <param name="Format">Whose loader reads it: ELF (Linux), PE (Windows) or Mach-O (macOS).</param>
/// <param name="Machine">The processor, as the format writes it. 0 for Mach-O.</param>
internal sealed record NativeFile(string Path, string Format, int Machine)
{
    public const int ElfArm64 = 183;

    /// <summary>Null for everything else, managed assemblies included.</summary>
    public static NativeFile? Read(string path)
    {
        Span<byte> header = stackalloc byte[20];
        using FileStream file = File.OpenRead(path);
        if (file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
        {
            return null;
        }

        if (header.StartsWith("\u007fELF"u8))
        {
            return new NativeFile(path, "ELF", BinaryPrimitives.ReadUInt16LittleEndian(header[18..]));
        }

        if (header.StartsWith("MZ"u8))
        {
            file.Position = 0;
            using var image = new PEReader(file);
            return image.PEHeaders.CorHeader is null ? new NativeFile(path, "PE", (int)image.PEHeaders.CoffHeader.Machine) : null;
        }

        return BinaryPrimitives.ReadUInt32BigEndian(header) is 0xCFFAEDFE or 0xCAFEBABE ? new NativeFile(path, "Mach-O", 0) : null;
    }
}
