using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using StackExchange.Redis;

namespace Aspire.StackExchange.Redis;

/// <summary>
/// A connection that is made anew when the server has not answered over it for <see cref="SilenceMax"/>. Version 1.2.6 of the driver has races: when
/// connections end in quick succession it can take itself for connected, queue all commands and never send one again, or for disconnected, refuse all
/// and never connect again. What was under way on the old connection stays without an answer, as with any lost connection.
/// </summary>
[SuppressMessage("Performance", "CA1852", Justification = "The runtime derives the proxy from it.")]
internal class ReplacedConnection : DispatchProxy
{
    /// <summary>So long without an answer to a ping, whether one is awaited or none can be sent: longer than the driver takes to connect again.</summary>
    public static readonly TimeSpan SilenceMax = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private Func<ConnectionMultiplexer> _connect = null!;
    private ConnectionMultiplexer _current = null!;
    private volatile bool _isDisposed;

    /// <summary>Connects, and watches the connection until it is disposed of.</summary>
    /// <param name="connect">Makes a connection.</param>
    public static IConnectionMultiplexer Start(Func<ConnectionMultiplexer> connect)
    {
        var connection = Create<IConnectionMultiplexer, ReplacedConnection>();
        var self = (ReplacedConnection)(object)connection;
        (self._connect, self._current) = (connect, connect());
        _ = Task.Run(self.WatchAsync);
        return connection;
    }

    /// <inheritdoc />
    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod!.Name is nameof(IDisposable.Dispose)) _isDisposed = true;
        return targetMethod.Invoke(Volatile.Read(ref _current), BindingFlags.DoNotWrapExceptions, null, args, null);
    }

    private async Task WatchAsync()
    {
        var answeredAt = Stopwatch.GetTimestamp();
        while (!_isDisposed)
        {
            await Task.Delay(Pause);
            if (await IsAnsweredAsync())
            {
                answeredAt = Stopwatch.GetTimestamp();
            }
            else if (!_isDisposed && Stopwatch.GetElapsedTime(answeredAt) >= SilenceMax)
            {
                await ReplaceAsync();
                answeredAt = Stopwatch.GetTimestamp(); // the new one has as long
            }
        }
    }

    private async Task<bool> IsAnsweredAsync()
    {
        try
        {
            await _current.GetDatabase().PingAsync().WaitAsync(SilenceMax);
            return true;
        }
        catch (RedisServerException)
        {
            return true; // an answer too, such as LOADING
        }
        catch (Exception)
        {
            return false; // whatever else a broken driver throws: the watch goes on
        }
    }

    private async Task ReplaceAsync()
    {
        try
        {
            var silent = Interlocked.Exchange(ref _current, _connect());
            if (_isDisposed) _current.Dispose(); // meanwhile
            await silent.CloseAsync(allowCommandsToComplete: false).WaitAsync(SilenceMax);
        }
        catch (Exception)
        {
            // No new one, or the old one does not close: neither must end the watch, which tries again.
        }
    }
}
