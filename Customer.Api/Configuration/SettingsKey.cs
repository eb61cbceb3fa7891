using System.Security.Cryptography.X509Certificates;

namespace Customer.Api.Configuration;

/// <summary>A key of the configuration, with its validation.</summary>
/// <param name="Name">Name in the file; in upper case, the environment variable.</param>
/// <param name="Rule">Description of valid values, for error messages.</param>
/// <param name="Read">Returns the settings with the value, or null if it is invalid.</param>
/// <param name="IsSecret">Whether error messages must not contain the value.</param>
internal sealed record SettingsKey(string Name, string Rule, Func<CustomerSettings, string, CustomerSettings?> Read, bool IsSecret = false)
{
    /// <summary>Applies the value to the settings, or adds an error message.</summary>
    public CustomerSettings Apply(CustomerSettings settings, string value, string where, List<string> errors)
    {
        if (Read(settings, value) is { } changed) return changed;
        errors.Add($"{where}: {(IsSecret ? "the value" : $"'{value}'")} is not {Rule}.");
        return settings;
    }
}
