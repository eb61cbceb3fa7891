using System.Security.Cryptography.X509Certificates;

namespace Customer.Api.Configuration;

/// <summary>A key of the configuration: reads a value, or says what it should be.</summary>
/// <param name="Name">In the file; in upper case, in the environment.</param>
/// <param name="Rule">What a value must be, for messages.</param>
/// <param name="Read">Gives the settings with the value, or null if it is bad.</param>
/// <param name="IsSecret">Whether a bad value must not be repeated in a message.</param>
internal sealed record SettingsKey(string Name, string Rule, Func<CustomerSettings, string, CustomerSettings?> Read, bool IsSecret = false)
{
    /// <summary>Adds the value to the settings, or a message to the errors.</summary>
    public CustomerSettings Apply(CustomerSettings settings, string value, string where, List<string> errors)
    {
        if (Read(settings, value) is { } changed) return changed;
        errors.Add($"{where}: {(IsSecret ? "the value" : $"'{value}'")} is not {Rule}.");
        return settings;
    }
}
