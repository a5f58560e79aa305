using System.Text.Json;
using SnetGateway.Payments.Values;

namespace SnetGateway.Gateway.ServiceMetadata;

/// <summary>
/// The payment addresses of groups as they were first seen, or as the operator has confirmed them. A holder of the organisation's key can
/// change metadata, so a changed address counts only when the operator has confirmed it.
/// </summary>
internal sealed class Payees(string folder)
{
    private const string FileName = "payees.json";

    private readonly string _file = Path.Combine(folder, FileName);
    private readonly Dictionary<string, Address> _seen = new(StringComparer.Ordinal);

    /// <summary>
    /// The address of a group in the file, or else as this process has seen it: where the file cannot be written, a change is held all the
    /// same. Null before it was seen.
    /// </summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read.</exception>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public Address? Find(string organizationId, string groupName)
    {
        string key = Key(organizationId, groupName);
        return Read().TryGetValue(key, out string? text) ? Address.TryParse(text, out Address address) ? address : throw Damaged(null)
            : _seen.TryGetValue(key, out Address seen) ? seen
            : null;
    }

    /// <summary>Remembers addresses that are not known yet, and writes them to the file.</summary>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    /// <exception cref="UnauthorizedAccessException">The file must not be read or written.</exception>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public void AddNew(IReadOnlyList<GroupPayee> seen)
    {
        foreach (GroupPayee one in seen)
        {
            _seen.TryAdd(Key(one.OrganizationId, one.GroupName), one.Payee);
        }

        Dictionary<string, string> known = Read();
        int before = known.Count;
        foreach (GroupPayee one in seen)
        {
            known.TryAdd(Key(one.OrganizationId, one.GroupName), one.Payee.ToString());
        }

        if (known.Count > before)
        {
            Write(known);
        }
    }

    /// <summary>Replaces the address of a group: the operator has confirmed it.</summary>
    /// <exception cref="IOException">The file cannot be read or written.</exception>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public void Confirm(string organizationId, string groupName, Address payee)
    {
        Dictionary<string, string> known = Read();
        known[Key(organizationId, groupName)] = payee.ToString();
        Write(known);
    }

    /// <summary>Ids may contain any character but a line feed.</summary>
    private static string Key(string organizationId, string groupName) => $"{organizationId}\n{groupName}";

    private Dictionary<string, string> Read()
    {
        try
        {
            return File.Exists(_file)
                ? JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllBytes(_file)) ?? throw Damaged(null)
                : new Dictionary<string, string>(StringComparer.Ordinal);
        }
        catch (JsonException e)
        {
            throw Damaged(e);
        }
    }

    private void Write(Dictionary<string, string> known)
    {
        Directory.CreateDirectory(folder);
        WholeFile.Write(_file, JsonSerializer.SerializeToUtf8Bytes(known));
    }

    /// <summary>A damaged file is not taken for an empty one: any payee would then count as the first.</summary>
    private InvalidDataException Damaged(Exception? inner) =>
        new($"the file {_file} with the confirmed payment addresses is damaged: restore it, or remove it and confirm them again", inner);
}
