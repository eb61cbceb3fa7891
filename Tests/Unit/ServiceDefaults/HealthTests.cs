using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using ServiceDefaults;

namespace Tests.Unit.ServiceDefaults;

[Trait("Category", "Unit")]
public sealed class HealthTests : IAsyncLifetime
{
    private static readonly TimeSpan TimeMax = TimeSpan.FromSeconds(10);

    private readonly ConcurrentQueue<string> _log = new();
    private WebApplication _app = null!;
    private HttpClient _http = null!;
    private Func<CancellationToken, Task<HealthCheckResult>> _check = static _ => Task.FromResult(HealthCheckResult.Healthy());
    private int _runs;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static Task PastAge => Task.Delay(Health.Age + TimeSpan.FromMilliseconds(200), Ct);

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddServiceDefaults();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton<ILoggerProvider>(new Log(_log));
        builder.Services.AddHealthChecks().AddAsyncCheck("db", ct =>
        {
            Interlocked.Increment(ref _runs);
            return _check(ct);
        });
        _app = builder.Build();
        _app.MapDefaultEndpoints();
        await _app.StartAsync(Ct);
        _http = new() { BaseAddress = new(_app.Urls.Single()) };
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task Many_callers_share_one_run_even_when_it_fails()
    {
        var gate = new TaskCompletionSource<HealthCheckResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        _check = _ => gate.Task;
        var callers = Enumerable.Range(0, 50).Select(i => AskAsync($"/health?i={i}")).ToArray();
        await Task.Delay(200, Ct);
        gate.SetResult(HealthCheckResult.Unhealthy());
        var answers = await Task.WhenAll(callers);

        Assert.Equal(1, _runs);
        Assert.All(answers, static answer => Assert.Equal((HttpStatusCode.ServiceUnavailable, """{"status":"Unhealthy","failing":["db"]}"""), answer));
    }

    [Fact]
    public async Task A_result_is_shared_until_it_is_too_old()
    {
        await AskAsync("/health");
        await AskAsync("/health");
        Assert.Equal(1, _runs);
        await PastAge;
        Assert.Equal((HttpStatusCode.OK, """{"status":"Healthy"}"""), await AskAsync("/health"));
        Assert.Equal(2, _runs);
    }

    [Fact]
    public async Task A_cancelled_caller_does_not_end_the_run_for_others()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _check = async ct =>
        {
            await gate.Task.WaitAsync(ct);
            return HealthCheckResult.Healthy();
        };
        using var leaving = new CancellationTokenSource();
        var first = _http.GetAsync("/health", leaving.Token);
        while (Volatile.Read(ref _runs) == 0) await Task.Delay(10, Ct);
        var second = AskAsync("/health");
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        await Task.Delay(200, Ct);
        gate.SetResult();
        Assert.Equal(HttpStatusCode.OK, (await second).Status);
        Assert.Equal(1, _runs);
    }

    [Fact]
    public async Task A_hanging_check_fails_after_a_timeout()
    {
        _check = static async ct =>
        {
            await Task.Delay(Timeout.Infinite, ct);
            return HealthCheckResult.Healthy();
        };
        Assert.Equal((HttpStatusCode.ServiceUnavailable, """{"status":"Unhealthy","failing":["db"]}"""), await AskAsync("/health").WaitAsync(TimeMax, Ct));
    }

    [Fact]
    public async Task Changes_are_logged_with_their_reason_which_the_response_omits()
    {
        _check = static _ => Task.FromResult(HealthCheckResult.Unhealthy("Password=secret"));
        var (_, answer) = await AskAsync("/health");
        await PastAge;
        await AskAsync("/health");
        _check = static _ => Task.FromResult(HealthCheckResult.Healthy());
        await PastAge;
        await AskAsync("/health");

        Assert.DoesNotContain("secret", answer, StringComparison.Ordinal);
        Assert.Equal(["Unhealthy: db (Password=secret)", "Healthy again"], _log);
    }

    [Fact]
    public async Task A_degraded_service_still_serves()
    {
        _check = static _ => Task.FromResult(HealthCheckResult.Degraded());
        Assert.Equal((HttpStatusCode.OK, """{"status":"Degraded","failing":["db"]}"""), await AskAsync("/health"));
    }

    [Fact]
    public async Task A_process_is_alive_regardless_of_its_dependencies()
    {
        _check = static _ => Task.FromResult(HealthCheckResult.Unhealthy());
        Assert.Equal((HttpStatusCode.OK, """{"status":"Healthy"}"""), await AskAsync("/alive"));
        Assert.Equal(0, _runs);
    }

    private async Task<(HttpStatusCode Status, string Text)> AskAsync(string path)
    {
        using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative), Ct);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Ct));
    }

    private sealed class Log(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => categoryName == "ServiceDefaults.Health" ? this : NullLogger.Instance;

        public void Dispose() { }

        IDisposable? ILogger.BeginScope<TState>(TState state) => null;

        bool ILogger.IsEnabled(LogLevel logLevel) => true;

        void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue(formatter(state, exception));
    }
}
