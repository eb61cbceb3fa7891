using System.Text.Json;
using Spectre.Console;

namespace LoadTest.Gateway;

/// <summary>Measures only the bare hop.</summary>
internal static class BareCommand
{
    /// <exception cref="LoadTestException">The measurement failed.</exception>
    public static bool Run(BareOptions options, IAnsiConsole output, CancellationToken cancellationToken)
    {
        var startedAt = DateTimeOffset.UtcNow;
        output.Print(MeasuredMachine.Current);
        output.WriteLine($"load       closed loop, {options.Connections:N0} connections, {options.WarmupSeconds} s warm-up,"
            + $" {options.DurationSeconds} s measured");
        var hop = BareHop.Measure(NginxBinary.Find(options.Nginx), options.Connections, options.WarmupSeconds, options.DurationSeconds, cancellationToken);
        output.Print("alone", hop);
        var report = new BareReport(startedAt, MeasuredMachine.Current, options.Connections, options.DurationSeconds, hop);
        if (options.JsonFile is not null) File.WriteAllText(options.JsonFile, JsonSerializer.Serialize(report, ReportJson.Default.BareReport) + "\n");
        return true;
    }
}
