using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Tests.Cluster;

/// <summary>What <c>AddRedisClient</c> gives a service must get over a connection that looks alive and is not.</summary>
[Collection(SharedCluster.Name), Trait("Category", "Cluster")]
public sealed class RedisConnectionTests(ClusterFixture cluster) : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

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
        builder.AddRedisClient("redis");
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
    public async Task A_connection_without_an_answer_is_replaced()
    {
        Assert.True(await IsAnsweredAsync());
        _proxy.Freeze();
        Assert.False(await IsAnsweredAsync());
        await Eventually.EqualAsync(true, IsAnsweredAsync, Limit);
    }

    /// <summary>The driver can take itself for disconnected for good, and then says what it says here: at once that there is no connection.</summary>
    [Fact]
    public async Task A_connection_that_cannot_be_made_is_replaced()
    {
        for (var i = 0; i < 100; i++) Assert.True(await IsAnsweredAsync());
        var operations = _redis.OperationCount;
        _proxy.IsRefusing = true;
        await Eventually.EqualAsync(true, () => Task.FromResult(_redis.OperationCount < operations), Limit); // a new one counts anew
        Assert.False(await IsAnsweredAsync());
        _proxy.IsRefusing = false;
        await Eventually.EqualAsync(true, IsAnsweredAsync, Limit);
    }

    private async Task<bool> IsAnsweredAsync()
    {
        try
        {
            await _redis.GetDatabase().PingAsync().WaitAsync(TimeSpan.FromSeconds(1), Ct);
            return true;
        }
        catch (Exception e) when (e is TimeoutException or RedisException)
        {
            return false;
        }
    }

    /// <summary>Passes bytes on, both ways, until it is frozen: then nothing more on the connections that there are. Or it ends them all.</summary>
    private sealed class FreezingProxy : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly ConcurrentBag<TcpClient> _ends = [];
        private readonly IPEndPoint _target;
        private int _age;
        private volatile bool _isRefusing;

        public FreezingProxy(IPEndPoint target)
        {
            _target = target;
            _listener.Start();
            _ = AcceptAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        /// <summary>Ends all connections, as soon as they are made.</summary>
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

        private void End()
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
                    if (_isRefusing) client.Dispose();
                    else _ = ServeAsync(client, server);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The end of the test.
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
                // Ended before it began.
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
                    if (age != Volatile.Read(ref _age)) return; // taken, and never passed on
                    await to.GetStream().WriteAsync(bytes.AsMemory(0, count));
                }

                to.Close();
            }
            catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
            {
                // One end is closed.
            }
        }
    }
}
