using DocumentDb.Gateway.Commands;
using DocumentDb.Gateway.Engine;
using DocumentDb.Gateway.Sessions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DocumentDb.Gateway;

/// <summary>Removes resources that clients left behind: idle cursors and transactions, and outcomes of writes that will not be retried.</summary>
internal sealed partial class Maintenance(EngineClient engine, CursorTable cursors, TransactionTable transactions, DataCommands data,
    IOptions<GatewayOptions> options, ILogger<Maintenance> logger) : BackgroundService
{
    private const int PruneEvery = 12;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);
    private static readonly Identity Gateway = new("", IsSuperuser: true);
    private bool _isAway;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period);
        for (var round = 0; ; round++)
        {
            try
            {
                await transactions.SweepAsync();
                await data.ReleaseAsync(cursors.RemoveIdle(options.Value.CursorIdleTime), Gateway, stoppingToken);
                if (round % PruneEvery == 0 || _isAway) await engine.PruneAsync(options.Value.SessionTime, stoppingToken);
                if (_isAway) LogBack();
                _isAway = false;
            }
            catch (CommandException e)
            {
                if (!_isAway) LogAway(e.Message, e.InnerException?.Message ?? "");
                _isAway = true;
            }
            catch (OperationCanceledException)
            {
                return;
            }
            if (!await WaitAsync(timer, stoppingToken)) return;
        }
    }

    private static async ValueTask<bool> WaitAsync(PeriodicTimer timer, CancellationToken ct)
    {
        try
        {
            return await timer.WaitForNextTickAsync(ct);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(30, LogLevel.Warning, "{Reason} ({Detail}). Clients get error 91 until it is back")]
    private partial void LogAway(string reason, string detail);

    [LoggerMessage(31, LogLevel.Information, "The engine is available again")]
    private partial void LogBack();
}
