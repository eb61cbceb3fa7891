using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using EngineRoots;
using Tests.Cluster;
using Tests.Faults;
using Tests.Unit.Deployment;

namespace Tests.Unit.Gateway;

/// <summary>The gateway of the machines: nginx, the published configuration and the script of its unit. Only ports and folders are the test's.</summary>
[Trait("Category", "Unit"), SupportedOSPlatform("linux")]
public sealed class CertificateTests(Published published) : IClassFixture<Published>, IDisposable
{
    private const int RequestsAround = 50;
    private readonly TempFolder _folder = new();
    private readonly (int Http, int Https, int Service) _ports = (FreePort(), FreePort(), FreePort());
    private readonly HttpListener _service = new();
    private (string Name, string Value)[] _variables = [];
    private string _errors = "";
    private Process? _nginx;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        if (_nginx is { HasExited: false })
        {
            Signal.Terminate.TrySend(_nginx.Id);
            _nginx.WaitForExit();
        }
        _nginx?.Dispose();
        _service.Close();
        _folder.Dispose();
    }

    [Fact]
    public async Task With_a_certificate_the_gateway_speaks_HTTPS_and_renews_it_without_losing_a_request()
    {
        WriteCertificate("first");
        await StartAsync(("HTTPS_PORT", $"{_ports.Https}"), ("HSTS_SECONDS", "300"));
        Assert.DoesNotContain("plain HTTP", _errors, StringComparison.Ordinal);

        using var client = Client();
        using var page = await client.GetAsync(new Uri($"https://localhost:{_ports.Https}/page"), Ct);
        Assert.Equal("https", await page.Content.ReadAsStringAsync(Ct)); // what the storefront is told
        Assert.Equal(["max-age=300"], page.Headers.GetValues("Strict-Transport-Security"));
        using var unknown = await client.GetAsync(new Uri($"https://localhost:{_ports.Https}/internal/figures"), Ct);
        Assert.Equal(["max-age=300"], unknown.Headers.GetValues("Strict-Transport-Security"));

        using var redirect = await client.PostAsync(new Uri($"http://localhost:{_ports.Http}/orders/create/1?a=b"), null, Ct);
        Assert.Equal((HttpStatusCode.PermanentRedirect, $"https://localhost:{_ports.Https}/orders/create/1?a=b"),
            (redirect.StatusCode, redirect.Headers.Location!.ToString()));
        using var health = await client.GetAsync(new Uri($"http://localhost:{_ports.Http}/gateway/health"), Ct);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var served = 0;
        var visitors = Enumerable.Range(0, 4).Select(_ => VisitAsync()).ToArray();
        await Eventually.UntilAsync(() => Task.FromResult(Volatile.Read(ref served)), static n => n >= RequestsAround);
        WriteCertificate("second");
        Reload();
        Assert.Equal("CN=second", await Eventually.UntilAsync(SubjectAsync, static subject => subject == "CN=second", TimeSpan.FromSeconds(30)));
        var until = Volatile.Read(ref served) + RequestsAround;
        await Eventually.UntilAsync(() => Task.FromResult(Volatile.Read(ref served)), n => n >= until);
        await stop.CancelAsync();
        await Task.WhenAll(visitors);

        // Each has a connection of its own for every request: it may not be refused, cut or answered with an error.
        async Task VisitAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                using var visitor = Client();
                Assert.Equal("https", await visitor.GetStringAsync(new Uri($"https://localhost:{_ports.Https}/page"), Ct));
                Interlocked.Increment(ref served);
            }
        }
    }

    [Fact]
    public async Task Without_a_certificate_the_gateway_says_once_that_it_speaks_plain_HTTP()
    {
        await StartAsync();
        Assert.Single(Regex.Matches(_errors, "The gateway speaks plain HTTP"));
        using var client = Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://localhost:{_ports.Http}/page");
        using var page = await client.SendAsync(request, Ct);
        Assert.Equal("", await page.Content.ReadAsStringAsync(Ct));
        Assert.False(page.Headers.Contains("Strict-Transport-Security"));

        // TLS may end in front of it.
        using var behind = new HttpRequestMessage(HttpMethod.Get, $"http://localhost:{_ports.Http}/page") { Headers = { { "X-Forwarded-Proto", "https" } } };
        using var secure = await client.SendAsync(behind, Ct);
        Assert.Equal("https", await secure.Content.ReadAsStringAsync(Ct));
        Reload();
        Assert.Single(Regex.Matches(_errors, "The gateway speaks plain HTTP"));
    }

    [Fact]
    public void A_reload_without_the_certificate_does_not_turn_HTTPS_off()
    {
        WriteCertificate("first");
        Assert.Equal(0, Script("start").Code);
        var before = File.ReadAllText(_folder / "run/listen.conf");
        File.Delete(_folder / "tls/certificate.pem");
        var (code, output) = Script("reload");
        Assert.True(code != 0 && output.Contains("restart the gateway to turn HTTPS off", StringComparison.Ordinal), output);
        Assert.Equal(before, File.ReadAllText(_folder / "run/listen.conf"));
        Assert.Equal(0, Script("start").Code);
        Assert.DoesNotContain("ssl", File.ReadAllText(_folder / "run/listen.conf"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("key.pem is missing", "certificate.pem", "x", "8443")]
    [InlineData("HTTPS_PORT (x) and HSTS_SECONDS (0) must be numbers", "other.pem", "x", "x")]
    public void A_start_that_cannot_be_right_fails(string error, string file, string text, string port)
    {
        _folder.Write($"tls/{file}", text);
        var (code, output) = Script("start", ("HTTPS_PORT", port));
        Assert.True(code != 0 && output.Contains(error, StringComparison.Ordinal), output);
        Assert.False(File.Exists(_folder / "run/listen.conf"));
    }

    /// <summary>Starts as the unit does: the script, then nginx. A service stands behind it that answers with the scheme that it is told.</summary>
    private async Task StartAsync(params (string Name, string Value)[] variables)
    {
        var nginx = (await EngineRoot.EnsureAsync(new EngineRootOptions(), _ => { }, Ct)).Path + "/usr/sbin/nginx";
        _service.Prefixes.Add($"http://*:{_ports.Service}/");
        _service.Start();
        _ = AnswerAsync();
        var text = await File.ReadAllTextAsync(Path.Combine(published.Root, "vms/nginx.conf"), Ct);
        text = Regex.Replace(text, @"customer-vm\d-address:\d+", $"127.0.0.1:{_ports.Service}")
            .Replace("/run/shop-gateway", _folder / "run", StringComparison.Ordinal)
            .Replace("access_log syslog:server=unix:/dev/log,nohostname,tag=shop_gateway unanswered", "access_log off", StringComparison.Ordinal);
        _folder.Write("nginx.conf", Regex.Replace(text, @"(server 127\.0\.0\.1:\d+ [^;]+;\n\s*){2,}", "$1"));
        var (code, output) = Script("start", variables);
        Assert.True(code == 0, output);
        _errors += output;
        _variables = variables;
        _nginx = Process.Start(nginx, ["-c", _folder / "nginx.conf", "-e", "stderr", "-g", $"daemon off; pid {_folder / "nginx.pid"};"]);
        using var client = Client();
        Assert.True(await Eventually.UntilAsync(async () =>
        {
            try
            {
                return (await client.GetAsync(new Uri($"http://localhost:{_ports.Http}/gateway/health"), Ct)).IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        }, static healthy => healthy));
    }

    private void Reload()
    {
        var (code, output) = Script("reload", _variables);
        Assert.True(code == 0, output);
        _errors += output;
        Assert.True(Signal.HangUp.TrySend(_nginx!.Id));
    }

    private (int Code, string Output) Script(string action, params (string Name, string Value)[] variables)
    {
        Directory.CreateDirectory(_folder / "run");
        // The ports of the machines may be in use here.
        var script = _folder.Write("gateway.sh", File.ReadAllText(Path.Combine(published.Root, "vms/gateway.sh"))
            .Replace("listen 8443 ", $"listen {_ports.Https} ", StringComparison.Ordinal)
            .Replace("listen 8000 ", $"listen {_ports.Http} ", StringComparison.Ordinal));
        return Published.TryRun(_folder.Path, "env", [.. variables.Select(v => $"{v.Name}={v.Value}"), "sh", script, action, _folder / "tls", _folder / "run"]);
    }

    private void WriteCertificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        // New files, as from install(1): nginx reads a file again only if its inode or the second of its change differs.
        foreach (var (file, text) in new[] { ("certificate.pem", certificate.ExportCertificatePem()), ("key.pem", key.ExportPkcs8PrivateKeyPem()) })
            File.Move(_folder.Write($"tls/{file}.new", text), _folder / $"tls/{file}", overwrite: true);
    }

    private async Task AnswerAsync()
    {
        try
        {
            while (true)
            {
                var context = await _service.GetContextAsync();
                var scheme = context.Request.Headers["X-Forwarded-Proto"] ?? "";
                context.Response.Close(System.Text.Encoding.UTF8.GetBytes(scheme), willBlock: false);
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task<string> SubjectAsync()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _ports.Https, Ct);
        await using var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, static (_, certificate, _, _) => IsOurs(certificate));
        // A resumed session would have the certificate with which it began.
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", AllowTlsResume = false }, Ct);
        return stream.RemoteCertificate!.Subject;
    }

    private static HttpClient Client() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, SslOptions = new() { RemoteCertificateValidationCallback = static (_, certificate, _, _) => IsOurs(certificate) },
    });

    private static bool IsOurs(X509Certificate? certificate) => certificate?.Subject is "CN=first" or "CN=second";

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
