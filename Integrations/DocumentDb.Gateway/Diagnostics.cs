using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace DocumentDb.Gateway;

/// <summary>The gateway's telemetry: source and meter <c>DocumentDb.Gateway</c>.</summary>
internal static class Diagnostics
{
    public const string Name = "DocumentDb.Gateway";

    public static readonly ActivitySource Source = new(Name);
    public static readonly Meter Meter = new(Name);

    /// <summary>The time from a command's last byte to its reply's last byte, in seconds, by command and error code.</summary>
    public static readonly Histogram<double> CommandDuration = Meter.CreateHistogram<double>("db.server.operation.duration", "s", "Duration of a command.");

    public static readonly Counter<long> Received = Meter.CreateCounter<long>("db.server.received", "By", "Bytes of messages from clients.");

    public static readonly Counter<long> Sent = Meter.CreateCounter<long>("db.server.sent", "By", "Bytes of replies to clients.");

    /// <summary>Starts a command's span; null if nobody listens.</summary>
    public static Activity? Start(string command, string database)
    {
        if (!Source.HasListeners()) return null;
        var activity = Source.StartActivity(command, ActivityKind.Server);
        activity?.SetTag("db.system.name", "documentdb").SetTag("db.namespace", database).SetTag("db.operation.name", command);
        return activity;
    }

    /// <summary>Ends a command's span and records its duration.</summary>
    public static void End(Activity? activity, string command, int errorCode, long startedAt)
    {
        if (activity is not null)
        {
            if (errorCode != 0) activity.SetStatus(ActivityStatusCode.Error).SetTag("db.response.status_code", errorCode);
            activity.Dispose();
        }
        if (CommandDuration.Enabled)
            CommandDuration.Record(Stopwatch.GetElapsedTime(startedAt).TotalSeconds,
                new("db.operation.name", command), new("db.response.status_code", errorCode));
    }
}
