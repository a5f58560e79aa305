using System.Text.Json;
using System.Text.Json.Nodes;
using SnetGateway.Ethereum.Signatures;
using SnetGateway.Gateway.Cli;
using SnetGateway.Tests.Ethereum;
using Xunit;

namespace SnetGateway.Tests.Gateway.Cli;

/// <summary>Encrypted key files of other implementations (tests/vectors/key-files.json), and files that must be refused.</summary>
public sealed class KeyFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("snet-key-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("ethers")]
    [InlineData("unicode")]
    [InlineData("pbkdf2")]
    [InlineData("scrypt")]
    public void Read_FileOfAnotherImplementation_GivesItsKey(string name)
    {
        JsonElement vector = VectorFile.Read("key-files.json").GetProperty(name);

        PrivateKey key = KeyFile.Read(
            Write("key", vector.GetProperty("file").GetRawText()), Write("password", vector.Text("password") + "\n"));

        Assert.Equal(PrivateKey.Parse(vector.Text("privateKey")).Address, key.Address);
    }

    [Fact]
    public void Read_HexDigits_NeedNoPassword()
    {
        string hex = VectorFile.Read("key-files.json").GetProperty("ethers").Text("privateKey");

        Assert.Equal(PrivateKey.Parse(hex).Address, KeyFile.Read(Write("key", hex + "\n"), passwordFile: null).Address);
    }

    [Fact]
    public void Read_WrongPassword_IsNamed()
    {
        CommandException refusal = Assert.Throws<CommandException>(
            () => KeyFile.Read(Write("key", Ethers().ToJsonString()), Write("password", "correct donkey")));

        Assert.Contains("the password does not open", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("donkey", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_EncryptedWithoutAPassword_SaysHowToGiveIt()
    {
        CommandException refusal = Assert.Throws<CommandException>(
            () => KeyFile.Read(Write("key", Ethers().ToJsonString()), passwordFile: null));

        Assert.Contains("--password-file", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(KeyFile.PasswordVariable, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("n", 1 << 30)]
    [InlineData("n", 4095)]
    [InlineData("n", 0)]
    [InlineData("n", -1)]
    [InlineData("r", int.MaxValue)]
    [InlineData("p", int.MaxValue)]
    [InlineData("p", 1 << 20)]
    [InlineData("dklen", 64)]
    [InlineData("dklen", int.MaxValue)]
    public void Read_ScryptBeyondItsBounds_IsRefusedBeforeAnyWork(string parameter, int value)
    {
        JsonObject file = Ethers();
        file["Crypto"]!["kdfparams"]![parameter] = value;

        AssertRefused(file.ToJsonString());
    }

    [Fact]
    public void Read_Pbkdf2BeyondItsBounds_IsRefused()
    {
        JsonNode file = JsonNode.Parse(VectorFile.Read("key-files.json").GetProperty("pbkdf2").GetProperty("file").GetRawText())!;
        file["crypto"]!["kdfparams"]!["c"] = int.MaxValue;

        AssertRefused(file.ToJsonString());
    }

    [Theory]
    [InlineData("version", "4")]
    [InlineData("Crypto", "null")]
    [InlineData("Crypto", "{}")]
    [InlineData("Crypto", "[]")]
    [InlineData("Crypto", "{\"cipher\":\"aes-128-ctr\",\"kdf\":\"scrypt\"}")]
    [InlineData("Crypto", "{\"cipher\":\"aes-128-cbc\",\"kdf\":\"scrypt\"}")]
    [InlineData("Crypto", "{\"cipher\":\"aes-128-ctr\",\"kdf\":\"argon2\"}")]
    public void Read_FileOfAnotherShape_IsRefused(string property, string value)
    {
        JsonObject file = Ethers();
        file[property] = JsonNode.Parse(value);

        AssertRefused(file.ToJsonString());
    }

    [Fact]
    public void Read_CutAnywhere_IsRefused()
    {
        string whole = Ethers().ToJsonString();
        for (int length = 1; length < whole.Length; length += 7)
        {
            AssertRefused(whole[..length]);
        }
    }

    [Fact]
    public void Read_KeyOfAnotherAddressThanTheFileNames_IsRefused()
    {
        JsonObject file = Ethers();
        file["address"] = new string('1', 40);

        CommandException refusal = Assert.Throws<CommandException>(
            () => KeyFile.Read(Write("key", file.ToJsonString()), Write("password", "correct horse")));
        Assert.Contains("another address", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_FileBeyondTheLength_IsRefused()
    {
        CommandException refusal = Assert.Throws<CommandException>(
            () => KeyFile.Read(Write("key", "{" + new string(' ', 20_000)), Write("password", "x")));
        Assert.Contains("longer than", refusal.Message, StringComparison.Ordinal);
    }

    private static JsonObject Ethers() =>
        JsonNode.Parse(VectorFile.Read("key-files.json").GetProperty("ethers").GetProperty("file").GetRawText())!.AsObject();

    private void AssertRefused(string json)
    {
        CommandException refusal = Assert.Throws<CommandException>(
            () => KeyFile.Read(Write("key", json), Write("password", "correct horse")));
        Assert.Contains("is not a key file that can be opened", refusal.Message, StringComparison.Ordinal);
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}
