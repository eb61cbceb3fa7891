using System.Text;

namespace LoadTest.Customers;

/// <summary>Finds out where MongoDB is.</summary>
internal static class ConnectionSource
{
    private const string Variable = "ConnectionStrings__customers";

    /// <summary>The option, else the environment, else what a Customer.Api that runs here was given: its port and password are an AppHost's own.</summary>
    /// <exception cref="LoadTestException">There is none.</exception>
    public static string Find(string? option)
    {
        if (option is not null) return option;
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } variable) return variable;
        var found = OperatingSystem.IsLinux() ? Processes().Distinct().ToList() : [];
        return found switch
        {
            [var one] => one,
            [] => throw new LoadTestException($"Where is MongoDB? Give --connection or {Variable}; no Customer.Api runs here that could be asked."),
            _ => throw new LoadTestException($"Several Customer.Api with different databases run here: give --connection or {Variable}."),
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
                continue; // another user's, or gone
            }

            if (found is not null) yield return found[(Variable.Length + 1)..];
        }
    }
}
