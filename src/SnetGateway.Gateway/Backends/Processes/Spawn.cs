using System.ComponentModel;
using System.IO.Pipes;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SnetGateway.Gateway.Backends.Processes;

/// <summary>
/// Starts, kills and reaps programs by the C library. .NET's own class cannot give a child a session of its own, without which its children
/// could not be killed with it; nor does it reset SIGPIPE, which .NET ignores and whose absence breaks pipelines in scripts.
/// </summary>
/// <remarks>Linux only. Everything .NET opens is closed in the child, because it is opened close-on-exec.</remarks>
internal static unsafe partial class Spawn
{
    private const string C = "libc";
    private const int CloseOnExec = 0x80000; // fcntl.h, O_CLOEXEC
    private const short ResetSignals = 0x04; // spawn.h, POSIX_SPAWN_SETSIGDEF
    private const short ResetMask = 0x08; // POSIX_SPAWN_SETSIGMASK
    private const short NewSession = 0x80; // POSIX_SPAWN_SETSID
    private const int SizeOfAttributes = 512; // glibc: 336, musl: 336
    private const int SizeOfActions = 256; // glibc: 80, musl: 80
    private const int SizeOfSignalSet = 128;
    private const int Kill9 = 9;
    private const int ByPid = 1; // P_PID
    private const int NoHang = 1;
    private const int Exited = 4;
    private const int NoReap = 0x01000000; // WNOWAIT

    /// <summary>Starts a program in a session and process group of its own, whose number is the program's.</summary>
    /// <exception cref="Win32Exception">It could not be started.</exception>
    public static (int Pid, PipeStream Input, PipeStream Output, PipeStream Error) Start(ProgramCommand command)
    {
        int* pipes = stackalloc int[6];
        for (int i = 0; i < 6; i++)
        {
            pipes[i] = -1;
        }

        byte* attributes = stackalloc byte[SizeOfAttributes];
        byte* actions = stackalloc byte[SizeOfActions];
        byte* signals = stackalloc byte[SizeOfSignalSet];
        byte** arguments = Texts(command.Arguments), environment = Texts(command.Environment);
        bool hasAttributes = false, hasActions = false;
        try
        {
            for (int i = 0; i < 3; i++)
            {
                Check(Pipe(pipes + (2 * i), CloseOnExec) == 0 ? 0 : Marshal.GetLastPInvokeError());
            }

            Check(InitAttributes(attributes));
            hasAttributes = true;
            Check(InitActions(actions));
            hasActions = true;
            EmptySet(signals);
            Check(SetMask(attributes, signals));
            FillSet(signals);
            Check(SetDefaults(attributes, signals));
            Check(SetFlags(attributes, NewSession | ResetMask | ResetSignals));
            Check(AddDuplicate(actions, pipes[0], 0));
            Check(AddDuplicate(actions, pipes[3], 1));
            Check(AddDuplicate(actions, pipes[5], 2));
            if (command.Directory is { } directory)
            {
                Check(AddFolder(actions, directory));
            }

            Check(PosixSpawn(out int pid, command.Path, actions, attributes, arguments, environment));
            var started = (pid, Ours(PipeDirection.Out, ref pipes[1]), Ours(PipeDirection.In, ref pipes[2]), Ours(PipeDirection.In, ref pipes[4]));
            return started;
        }
        finally
        {
            if (hasAttributes)
            {
                DestroyAttributes(attributes);
            }

            if (hasActions)
            {
                DestroyActions(actions);
            }

            for (int i = 0; i < 6; i++)
            {
                if (pipes[i] >= 0)
                {
                    Close(pipes[i]);
                }
            }

            Free(arguments);
            Free(environment);
        }
    }

    /// <summary>Kills a child that was not reaped yet, and its group with it.</summary>
    public static void KillGroup(int pid) => Kill(-pid, Kill9);

    /// <summary>Whether a child has ended. It stays to be reaped, so its number is nobody else's.</summary>
    public static bool HasEnded(int pid)
    {
        // siginfo_t on 64-bit Linux: the number of the child stands at byte 16, and is 0 when there is nothing to tell.
        long* info = stackalloc long[16];
        info[2] = 0;
        return WaitId(ByPid, pid, info, Exited | NoHang | NoReap) == 0 && (int)info[2] != 0;
    }

    /// <summary>Takes a child that has ended out of the process table.</summary>
    public static ProgramExit Reap(int pid)
    {
        int status = 0;
        WaitPid(pid, &status, 0);
        int signal = status & 0x7F;
        return new ProgramExit((status >> 8) & 0xFF, signal);
    }

    private static AnonymousPipeClientStream Ours(PipeDirection direction, ref int file)
    {
        var handle = new SafePipeHandle(file, ownsHandle: true);
        file = -1;
        return new AnonymousPipeClientStream(direction, handle);
    }

    private static void Check(int error)
    {
        if (error != 0)
        {
            throw new Win32Exception(error);
        }
    }

    private static byte** Texts(IReadOnlyList<string> texts)
    {
        var list = (byte**)NativeMemory.AllocZeroed((nuint)(texts.Count + 1), (nuint)sizeof(byte*));
        for (int i = 0; i < texts.Count; i++)
        {
            list[i] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[i]);
        }

        return list;
    }

    private static void Free(byte** texts)
    {
        for (byte** text = texts; *text != null; text++)
        {
            Marshal.FreeCoTaskMem((nint)(*text));
        }

        NativeMemory.Free(texts);
    }

    [LibraryImport(C, EntryPoint = "pipe2", SetLastError = true)]
    private static partial int Pipe(int* files, int flags);

    [LibraryImport(C, EntryPoint = "close")]
    private static partial void Close(int file);

    [LibraryImport(C, EntryPoint = "posix_spawnattr_init")]
    private static partial int InitAttributes(byte* attributes);

    [LibraryImport(C, EntryPoint = "posix_spawnattr_destroy")]
    private static partial void DestroyAttributes(byte* attributes);

    [LibraryImport(C, EntryPoint = "posix_spawnattr_setflags")]
    private static partial int SetFlags(byte* attributes, short flags);

    [LibraryImport(C, EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int SetMask(byte* attributes, byte* signals);

    [LibraryImport(C, EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int SetDefaults(byte* attributes, byte* signals);

    [LibraryImport(C, EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int InitActions(byte* actions);

    [LibraryImport(C, EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial void DestroyActions(byte* actions);

    [LibraryImport(C, EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int AddDuplicate(byte* actions, int from, int to);

    [LibraryImport(C, EntryPoint = "posix_spawn_file_actions_addchdir_np", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int AddFolder(byte* actions, string path);

    [LibraryImport(C, EntryPoint = "posix_spawn", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int PosixSpawn(out int pid, string path, byte* actions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport(C, EntryPoint = "sigemptyset")]
    private static partial void EmptySet(byte* signals);

    [LibraryImport(C, EntryPoint = "sigfillset")]
    private static partial void FillSet(byte* signals);

    [LibraryImport(C, EntryPoint = "kill")]
    private static partial void Kill(int pid, int signal);

    [LibraryImport(C, EntryPoint = "waitid")]
    private static partial int WaitId(int kind, int pid, long* info, int options);

    [LibraryImport(C, EntryPoint = "waitpid")]
    private static partial void WaitPid(int pid, int* status, int options);
}
