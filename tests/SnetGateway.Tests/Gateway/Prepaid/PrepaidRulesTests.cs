using SnetGateway.Gateway.Configuration;
using SnetGateway.Gateway.Prepaid;
using SnetGateway.Tests.Gateway.Configuration;
using Xunit;

namespace SnetGateway.Tests.Gateway.Prepaid;

/// <summary>`SnetGateway:Prepaid`: which secrets are refused, with the remedy, and that no message repeats one.</summary>
public sealed class PrepaidRulesTests : IDisposable
{
    private const string Current = "SnetGateway:Prepaid:SecretPath";
    private const string Previous = "SnetGateway:Prepaid:PreviousSecretPath";
    private const string Public = "test-secret-key-at-least-32-bytes-long";
    private const string Good = "a secret of this test that is long enough";
    private const string Remedy = "Write a random one, as `openssl rand -base64 48` makes.";
    private const string Short = "the secret in the file has fewer than 32 bytes. " + Remedy;
    private const string Known = "the secret in the file is the reference daemon's default, which is public. " + Remedy;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-prepaid-");

    public static TheoryData<string, string?> Secrets() => new()
    {
        { new('x', 32), null },
        { new('é', 16), null }, // 32 bytes as UTF-8
        { new('x', 31), Short },
        { new string('x', 31) + "\r\n\n", Short },
        { "", Short },
        { new('\n', 40), Short },
        { Public, Known },
        { Public + "\r\n", Known },
        { Public + "x", null },
    };

    [Theory]
    [MemberData(nameof(Secrets))]
    public async Task Secret_IsLongEnoughAndNotPublic(string secret, string? fault)
    {
        string file = Write(secret);
        string[] previous = await ErrorsAsync(new() { [Current] = Write(Good), [Previous] = file });
        Assert.Equal(fault is null ? [] : [$"{Previous}: {fault}"], previous);
        Assert.Equal(fault is null ? [] : [$"{Current}: {fault}"], await ErrorsAsync(new() { [Current] = file }));
    }

    [Fact]
    public async Task BinarySecret_CountsItsBytes_NotTheirReplacements()
    {
        string file = Write("");
        await File.WriteAllBytesAsync(file, [.. Enumerable.Repeat((byte)0xff, 16)]);
        Assert.Equal([$"{Current}: {Short}"], await ErrorsAsync(new() { [Current] = file }));
        byte[] random = [.. Enumerable.Range(200, 32).Select(value => (byte)value), (byte)'\n'];
        await File.WriteAllBytesAsync(file, random);
        Assert.Empty(await ErrorsAsync(new() { [Current] = file }));
        Assert.Equal(random[..^1], PrepaidSecret.Read(file));
    }

    [Fact]
    public async Task PreviousSecretAlone_IsAnError() =>
        Assert.Equal(
            [$"{Current}: not set, and PreviousSecretPath needs it. Set it, or remove PreviousSecretPath."],
            await ErrorsAsync(new() { [Previous] = Write(Good) }));

    [Theory]
    [InlineData(Current)]
    [InlineData(Previous)]
    public async Task FileThatCannotBeRead_IsOneError(string key)
    {
        string error = Assert.Single(await ErrorsAsync(new() { [Current] = Write(Good), [key] = "/nowhere/secret" }));
        Assert.StartsWith($"{key}: '/nowhere/secret' is not a file that can be read", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("00:00:59", false)]
    [InlineData("00:01:00", true)]
    [InlineData("30.00:00:00", true)]
    [InlineData("30.00:00:01", false)]
    public async Task TokenLifetime_IsFromAMinuteTo30Days(string value, bool isValid)
    {
        string[] errors = await ErrorsAsync(new() { [Current] = Write(Good), ["SnetGateway:Prepaid:TokenLifetime"] = value });
        Assert.Equal(isValid ? 0 : 1, errors.Length);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static async Task<string[]> ErrorsAsync(Dictionary<string, string?> changes)
    {
        ConfigurationResult result = await Samples.ReadAsync(Samples.Good().Concat(changes));
        string[] errors = [.. result.Errors.Select(error => error.ToString())];
        Assert.DoesNotContain(errors, error => error.Contains(Public, StringComparison.Ordinal));
        return errors;
    }

    private string Write(string secret)
    {
        string path = Path.Combine(_folder.FullName, Path.GetRandomFileName());
        File.WriteAllText(path, secret);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        return path;
    }
}
