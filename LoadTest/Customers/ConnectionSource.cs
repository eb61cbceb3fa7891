using System.Text;

namespace LoadTest.Customers;

/// <summary>Finds MongoDB's connection string.</summary>
internal static class ConnectionSource
{
    private const string Variable = "ConnectionStrings__customers";

    /// <summary>
    /// Gets the option, else the environment variable, else the connection string of a Customer.Api running on this machine, because an AppHost chooses its own
    /// port and password.
    /// </summary>
    /// <exception cref="LoadTestException">No connection string was found, or several.</exception>
    public static string Find(string? option)
    {
        if (option is not null) return option;
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } variable) return variable;
        var found = OperatingSystem.IsLinux() ? Processes().Distinct().ToList() : [];
        return found switch
        {
            [var one] => one,
            [] => throw new LoadTestException($"MongoDB not found: no Customer.Api is running on this machine. Give --connection or {Variable}."),
            _ => throw new LoadTestException($"Several Customer.Api with different databases are running on this machine: give --connection or {Variable}."),
        };
    }

    private static IEnumerable<string> Processes()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!Path.GetFileName(folder).All(char.IsAsciiDigit)) continue;
            string? found;
            try
            {
                if (!File.ReadAllText(Path.Combine(folder, "cmdline")).Contains("Customer.Api", StringComparison.Ordinal)) continue;
                found = Encoding.UTF8.GetString(File.ReadAllBytes(Path.Combine(folder, "environ"))).Split('\0')
                    .FirstOrDefault(static line => line.StartsWith(Variable + "=mongodb", StringComparison.Ordinal));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue; // belongs to another user, or has ended
            }

            if (found is not null) yield return found[(Variable.Length + 1)..];
        }
    }
}
