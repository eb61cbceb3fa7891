extern alias StockApi;

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;
using StockApi::Stock.Api.Scripting;

namespace Tests.Cluster;

/// <summary>With Stock.Api's settings, the driver recovers from lost, refused and unresponsive connections.</summary>
[Collection(WholeShop.Name), Trait("Category", "Long")]
public sealed class RedisConnectionTests(ClusterFixture cluster) : IAsyncLifetime
{
    private const int LostEveryMs = 60;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30), AwayTime = TimeSpan.FromSeconds(7), BackTimeMax = TimeSpan.FromSeconds(5),
        Pause = TimeSpan.FromMilliseconds(100);

    private FreezingProxy _proxy = null!;
    private IHost _host = null!;
    private IConnectionMultiplexer _redis = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var right = (await cluster.Cluster.App.GetConnectionStringAsync("redis", Ct))!;
        var address = right.Split(',')[0];
        _proxy = new(IPEndPoint.Parse(address.Replace("localhost", "127.0.0.1", StringComparison.Ordinal)));
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration["ConnectionStrings:redis"] = right.Replace(address, $"127.0.0.1:{_proxy.Port}", StringComparison.Ordinal);
        builder.AddRedisClient("redis", configureOptions: RedisLimits.Set);
        _host = builder.Build();
        _redis = _host.Services.GetRequiredService<IConnectionMultiplexer>();
    }

    public ValueTask DisposeAsync()
    {
        _host.Dispose();
        _proxy.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task An_unresponsive_connection_is_replaced()
    {
        Assert.True(await IsAnsweredAsync());
        _proxy.Freeze();
        await Assert.ThrowsAsync<RedisTimeoutException>(PingAsync);
        await Eventually.EqualAsync(true, IsAnsweredAsync, Limit);
    }

    /// <summary>Commands fail immediately instead of waiting for a timeout.</summary>
    [Fact]
    public async Task An_unresponsive_idle_connection_is_replaced_before_it_is_needed()
    {
        var connections = _proxy.Connections;
        _proxy.Freeze();
        await Eventually.UntilAsync(() => Task.FromResult(_proxy.Connections), now => now > connections, Limit);
        await Eventually.EqualAsync(true, () => Task.FromResult(_redis.IsConnected), Limit);
        Assert.True(await IsAnsweredAsync());
    }

    [Fact]
    public async Task Without_a_connection_commands_fail_immediately_until_it_reconnects()
    {
        Assert.True(await IsAnsweredAsync());
        _proxy.IsRefusing = true;
        await Eventually.EqualAsync(false, () => Task.FromResult(_redis.IsConnected), Limit);
        for (var end = DateTime.UtcNow + AwayTime; DateTime.UtcNow < end; await Task.Delay(Pause, Ct))
        {
            var asked = Stopwatch.GetTimestamp();
            var failure = await Assert.ThrowsAsync<RedisConnectionException>(PingAsync);
            Assert.Equal(CommandStatus.WaitingToBeSent, failure.CommandStatus);
            Assert.InRange(Stopwatch.GetElapsedTime(asked), TimeSpan.Zero, RedisLimits.CommandTimeMax / 2);
        }

        _proxy.IsRefusing = false;
        await Eventually.EqualAsync(true, IsAnsweredAsync, BackTimeMax);
    }

    /// <summary>Connections are lost during commands and while connecting.</summary>
    [Fact]
    public async Task Connections_lost_in_quick_succession_do_not_stop_reconnecting()
    {
        for (var end = DateTime.UtcNow + AwayTime; DateTime.UtcNow < end; await Task.Delay(Random.Shared.Next(LostEveryMs), Ct))
        {
            _ = IsAnsweredAsync();
            _proxy.End();
        }

        await Eventually.EqualAsync(true, IsAnsweredAsync, BackTimeMax);
    }

    private async Task<bool> IsAnsweredAsync()
    {
        try
        {
            await PingAsync();
            return true;
        }
        catch (Exception e) when (e is TimeoutException or RedisException)
        {
            return false;
        }
    }

    private Task PingAsync() => _redis.GetDatabase().PingAsync();

    /// <summary>Forwards bytes in both directions until it is frozen or closes its connections. A freeze affects only existing connections.</summary>
    private sealed class FreezingProxy : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly ConcurrentBag<TcpClient> _ends = [];
        private readonly IPEndPoint _target;
        private int _age, _connections;
        private volatile bool _isRefusing;

        public FreezingProxy(IPEndPoint target)
        {
            _target = target;
            _listener.Start();
            _ = AcceptAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        /// <summary>Number of connections so far.</summary>
        public int Connections => Volatile.Read(ref _connections);

        /// <summary>Closes every new connection immediately.</summary>
        public bool IsRefusing
        {
            set
            {
                _isRefusing = value;
                if (value) End();
            }
        }

        public void Freeze() => Interlocked.Increment(ref _age);

        public void Dispose()
        {
            _listener.Dispose();
            End();
        }

        /// <summary>Closes the existing connections.</summary>
        public void End()
        {
            foreach (var end in _ends) end.Dispose();
        }

        private async Task AcceptAsync()
        {
            try
            {
                while (true)
                {
                    var (client, server) = (await _listener.AcceptTcpClientAsync(), new TcpClient());
                    _ends.Add(client);
                    _ends.Add(server);
                    Interlocked.Increment(ref _connections);
                    if (_isRefusing) client.Dispose();
                    else _ = ServeAsync(client, server);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test has ended.
            }
        }

        private async Task ServeAsync(TcpClient client, TcpClient server)
        {
            try
            {
                await server.ConnectAsync(_target);
                await Task.WhenAll(PassAsync(client, server), PassAsync(server, client));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // Cancelled before it started.
            }
        }

        private async Task PassAsync(TcpClient from, TcpClient to)
        {
            var (age, bytes) = (Volatile.Read(ref _age), new byte[4096]);
            try
            {
                int count;
                while ((count = await from.GetStream().ReadAsync(bytes)) > 0)
                {
                    if (age != Volatile.Read(ref _age)) return; // read, but never forwarded
                    await to.GetStream().WriteAsync(bytes.AsMemory(0, count));
                }

                to.Close();
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
            {
                // One side closed the connection.
            }
        }
    }
}
