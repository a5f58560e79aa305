using System.IO.MemoryMappedFiles;

namespace SnetGateway.ExecutionMarks;

/// <summary>One byte for each instrumented method, in a file that the test maps as well.</summary>
public static unsafe class Marks
{
    /// <summary>The variable that names the file.</summary>
    public const string FileVariable = "SNET_EXECUTION_MARKS";

    private static byte* s_marks;

    /// <summary>Called at the start of each instrumented method.</summary>
    public static void Set(int method)
    {
        if (s_marks != null)
        {
            s_marks[method] = 1;
        }
    }

    internal static void Open(string path)
    {
        var file = MemoryMappedFile.CreateFromFile(path); // mapped until the process ends
        file.CreateViewAccessor().SafeMemoryMappedViewHandle.AcquirePointer(ref s_marks);
    }
}
