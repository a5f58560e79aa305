namespace SnetGateway.Gateway.ServiceMetadata;

/// <summary>Writes a file so that a kill at any moment leaves the old content or the new one.</summary>
internal static class WholeFile
{
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        string next = $"{path}.{Guid.NewGuid():N}.new";
        try
        {
            using (FileStream stream = File.Create(next))
            {
                stream.Write(content);
                stream.Flush(flushToDisk: true);
            }

            File.Move(next, path, overwrite: true);
        }
        catch
        {
            File.Delete(next);
            throw;
        }
    }
}
