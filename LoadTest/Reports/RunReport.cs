using System.Text.Json;
using System.Text.Json.Serialization;

namespace LoadTest.Reports;

/// <summary>The results of a run of any command, for people, pages and <c>LoadTest compare</c>.</summary>
internal sealed record RunReport
{
    /// <summary>The number of buckets for each power of two.</summary>
    private const int BucketsPerDoubling = 4;

    private const long JsonBytesMax = 64 << 20;

    public required string Command { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required MeasuredMachine Machine { get; init; }
    public IReadOnlyList<string> Targets { get; init; } = [];
    public int Users { get; init; }

    /// <summary>Requests per second in an open loop; 0 for a closed loop.</summary>
    public int RatePerSecond { get; init; }
    public int RampSeconds { get; init; }
    public long Seed { get; init; }
    public bool IsStoppedEarly { get; init; }
    public required double MeasuredSeconds { get; init; }

    /// <summary>The number of requests in the window answered as expected.</summary>
    public required long Handled { get; init; }
    public required double HandledPerSecond { get; init; }

    /// <summary>All other answers in the window, by status and problem type.</summary>
    public required IReadOnlyList<AnswerReport> Errors { get; init; }
    public required long Unanswered { get; init; }

    /// <summary>The number of failed connection attempts over the whole run; they lost no request.</summary>
    public required long ConnectFailures { get; init; }

    /// <summary>The latency of requests answered as expected.</summary>
    public required LatencyReport? Latency { get; init; }
    public required ArrivalReport? Arrivals { get; init; }
    public IReadOnlyList<RequestReport> Requests { get; init; } = [];
    public IReadOnlyList<OutcomeReport> Outcomes { get; init; } = [];
    public IReadOnlyList<ProcessReport> Processes { get; init; } = [];
    public BareHopReport? BareHop { get; init; }

    /// <summary>Wrong and failed calls by scenario and call, over the whole run.</summary>
    public IReadOnlyList<CountReport> Wrong { get; init; } = [];
    public required IReadOnlyList<SecondReport> Seconds { get; init; }
    public required IReadOnlyList<BucketReport> Distribution { get; init; }

    /// <summary>The number of requests in the window that were not answered as expected.</summary>
    [JsonIgnore]
    public long ErrorCount => Errors.Sum(static error => error.Count) + Unanswered;

    /// <summary>Whether there was no wrong answer. A failure does not count as a wrong answer.</summary>
    [JsonIgnore]
    public bool IsRight => Outcomes.All(static outcome => outcome.Wrong == 0);

    public static RunReport Of(string command, DateTimeOffset startedAt, int ratePerSecond, LoadStatistics done, IReadOnlyList<SecondStatistics> seconds)
        => new()
        {
            Command = command, StartedAt = startedAt, Machine = MeasuredMachine.Current, MeasuredSeconds = done.Seconds, Handled = done.Succeeded,
            HandledPerSecond = done.PerSecond, Errors = [.. done.Others.Select(static kind => new AnswerReport(kind.Status, kind.Type, kind.Count))],
            Unanswered = done.Unanswered, ConnectFailures = done.ConnectFailures, Latency = LatencyReport.Of(done.Success),
            RatePerSecond = ratePerSecond,
            Arrivals = ArrivalReport.Of(ratePerSecond, done),
            Seconds = [.. seconds.Where(static second => second.Phase != LoadPhase.Draining).Select(static second => new SecondReport(second.Second,
                second.Phase == LoadPhase.Measured, second.Succeeded, second.Refused, second.Failed, second.Median / 1e6, second.Percentile99 / 1e6))],
            Distribution = [.. done.Success.RecordedValues().Select(static value => (UpTo: value.ValueIteratedTo, Count: value.CountAtValueIteratedTo))
                .GroupBy(static bucket => Math.Ceiling(Math.Log2(bucket.UpTo + 1) * BucketsPerDoubling))
                .Select(static group => new BucketReport(Math.Round(Math.Pow(2, group.Key / BucketsPerDoubling) / 1e6, 6), group.Sum(static b => b.Count)))],
        };

    /// <summary>Reads a file that a command wrote with <c>--json</c>.</summary>
    /// <exception cref="UsageException">The file is not a report.</exception>
    public static RunReport Read(string file)
    {
        try
        {
            if (new FileInfo(file).Length > JsonBytesMax) throw new UsageException($"{file} is too large to be a report.");
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            var root = document.RootElement;
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("load", out var load)) root = load; // of a checkout
            return root.Deserialize(ReportJson.Default.RunReport) ?? throw new JsonException("The file is empty.");
        }
        catch (JsonException e)
        {
            throw new UsageException($"{file} is not a report of shop, storm, browse, consistency or checkout: {e.Message}");
        }
    }

    /// <summary>Writes the report to files; null skips one.</summary>
    public void Save(string? htmlFile, string? jsonFile)
    {
        if (jsonFile is not null) File.WriteAllText(jsonFile, JsonSerializer.Serialize(this, ReportJson.Default.RunReport) + "\n");
        if (htmlFile is not null) File.WriteAllText(htmlFile, HtmlReport.Write(this));
    }
}
