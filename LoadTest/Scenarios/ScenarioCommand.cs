using Spectre.Console;

namespace LoadTest.Scenarios;

/// <summary>Plays scenarios against the shop, shows the progress, and reports.</summary>
internal static class ScenarioCommand
{
    /// <summary>Runs the command; false if there was a wrong answer. If stopped early, it reports the results until then.</summary>
    /// <exception cref="LoadTestException">The shop cannot be reached.</exception>
    /// <exception cref="OperationCanceledException">The run was stopped before the measurement began.</exception>
    public static bool Run(ScenarioOptions options, IAnsiConsole output, CancellationToken stop)
    {
        var startedAt = DateTimeOffset.UtcNow;
        output.Print(MeasuredMachine.Current);
        var loop = options.RatePerSecond > 0 ? $"open loop, {options.RatePerSecond:N0} requests/s, up to" : "closed loop,";
        output.WriteLine($"load       {loop} {options.Users:N0} users, {options.RampSeconds} s ramp, {options.DurationSeconds} s measured, seed {options.Seed},"
            + $" {string.Join(", ", options.Targets)}");
        output.WriteLine($"scenarios  {options.Set}");

        var hop = new HopMeter(options.HasBareHop ? NginxBinary.Find(options.Nginx) : null, options.Users, output, stop);
        hop.Before();
        ProcessSample? before = null, after = null;
        var visits = new VisitSeries(options.Set, options.Seed, options.Targets[0]);
        var seconds = new List<SecondStatistics>();
        var plan = new LoadPlan(options.Users)
        {
            WarmupSeconds = options.RampSeconds, IsRamped = true, DurationSeconds = options.DurationSeconds, RatePerSecond = options.RatePerSecond, Stop = stop,
            WindowBegins = options.HasBareHop ? () => before = ProcessSample.Take() : null,
            WindowEnded = () =>
            {
                if (options.HasBareHop) after = ProcessSample.Take();
                visits.Close();
            },
        };
        var done = LiveView.Watch(output, options.IsPlain, options.RampSeconds + options.DurationSeconds, show => LoadDriver.Run(
            options.Targets, visits.Requests, plan with { EachSecond = (Action<SecondStatistics>)seconds.Add + show }, CancellationToken.None));

        if (!stop.IsCancellationRequested) hop.After();
        var report = RunReport.Of(options.Set.Name, startedAt, options.RatePerSecond, done, seconds) with
        {
            Targets = [.. options.Targets.Select(static target => target.ToString())],
            Users = options.Users,
            RampSeconds = options.RampSeconds,
            Seed = options.Seed,
            IsStoppedEarly = stop.IsCancellationRequested,
            Requests = [.. done.Requests.Select((latency, kind) => RequestReport.Of(visits.Kinds[kind], latency, done.Seconds))],
            Processes = options.HasBareHop ? ProcessReport.Between(before!, after!, done.Succeeded) : [],
            BareHop = hop.Report(done.PerSecond),
            Outcomes = [.. visits.Ended()],
            Wrong = [.. visits.Wrong.Select(static wrong => new CountReport(wrong.What, wrong.Count))],
        };
        output.Print(report);
        report.Save(options.HtmlFile, options.JsonFile);
        return report.IsRight;
    }
}
