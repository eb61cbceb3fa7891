extern alias OrderApi;

using System.Diagnostics.Metrics;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using OrderApi::Order.Api.Checkout;
using ServiceDefaults;

namespace Tests.Unit.Checkout.Simulation;

/// <summary>An Order.Api process: its real checkout code with models of the stores and services.</summary>
internal sealed class Replica
{
    private static readonly TimeSpan LookPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ForgetPeriod = TimeSpan.FromSeconds(5);

    private readonly CheckoutRecovery _recovery;
    private readonly StoreModel _store;
    private readonly StockAdapter _stock;

    public Replica(
        Process process, StoreModel store, StockAdapter stock, PaymentAdapter payment, CheckoutTelemetry telemetry, IMeterFactory meters, Journal journal)
    {
        (Process, _store, _stock) = (process, store, stock);
        var runner = new CheckoutSagaRunner(store, stock, payment, telemetry, process.Time, new Alarm(journal));
        _recovery = new(store, runner, telemetry, process.Time, NullLogger<CheckoutRecovery>.Instance);
        Checkouts = new(store, new CheckoutLane(store, runner, telemetry, process.Time), meters, process.Time);
    }

    public Process Process { get; }

    public Checkouts Checkouts { get; }

    /// <summary>The loop of CheckoutSagaWorker.</summary>
    public async Task RecoverAsync()
    {
        var forgottenAt = Process.Time.GetTimestamp();
        while (true)
        {
            try
            {
                await _recovery.RunAsync();
                if (Process.Time.GetElapsedTime(forgottenAt) >= ForgetPeriod)
                {
                    forgottenAt = Process.Time.GetTimestamp();
                    await _stock.ForgetAsync(await _store.NoneOpenBeforeAsync());
                }
            }
            catch (TimeoutException)
            {
                // The next attempt may succeed.
            }

            await Task.Delay(LookPeriod, Process.Time);
        }
    }

    // Critical log messages must never occur, except for outcomes of another version.
    private sealed class Alarm(Journal journal) : ILogger<CheckoutSagaRunner>
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Critical;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (logLevel != LogLevel.Critical) return;
            var text = formatter(state, exception);
            if (!text.Contains("this version does not know", StringComparison.Ordinal)) journal.Violate(text);
        }
    }
}

/// <summary>Telemetry without a listener.</summary>
internal sealed class Silence : IMeterFactory, IHostEnvironment
{
    private readonly List<Meter> _meters = [];

    public string EnvironmentName { get; set; } = Environments.Production;

    public string ApplicationName { get; set; } = "Simulation";

    public string ContentRootPath { get; set; } = "/";

    public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();

    public Meter Create(MeterOptions options)
    {
        var meter = new Meter(options);
        _meters.Add(meter);
        return meter;
    }

    public void Dispose()
    {
        foreach (var meter in _meters) meter.Dispose();
    }
}
