using System.Runtime.Versioning;
using YamlDotNet.RepresentationModel;

namespace Tests.Unit.Deployment;

/// <summary>Rules for all services of the Compose file.</summary>
[Trait("Category", "Unit")]
public sealed class ComposeTests(Published published) : IClassFixture<Published>
{
    private YamlMappingNode File => Yaml.Documents(System.IO.File.ReadAllText(Path.Combine(published.Root, "compose/docker-compose.yaml")))[0];

    // Of the machine, next to the Compose file.
    private static bool IsFolder(YamlNode volume) => volume.Value().StartsWith("./", StringComparison.Ordinal);

    private (string Key, YamlNode Value)[] Services => File.Key("services").Entries();

    [Fact]
    public void Every_service_is_confined_limited_and_restarted()
    {
        Assert.True(Services.Length >= 10);
        foreach (var (name, service) in Services)
        {
            Assert.Equal("unless-stopped", service.Text("restart"));
            Assert.Equal("true", service.Text("read_only"));
            Assert.Equal(["ALL"], service.Items("cap_drop").Select(Yaml.Value));
            Assert.Contains("no-new-privileges:true", service.Items("security_opt").Select(Yaml.Value));
            Assert.True(service.Text("mem_limit").Length > 0 && service.Text("pids_limit").Length > 0, name);
            Assert.Equal("${CPUS:-1}", service.Text("cpus")); // Docker rejects limits above the machine's capacity
            Assert.DoesNotContain(":latest", service.Text("image"), StringComparison.Ordinal);
            Assert.True(name == "dashboard" || service.Items("healthcheck/test").Length > 1, $"{name} has no health check");
        }
    }

    // The first run on a machine fetches Docker Compose.
    [Fact(Timeout = 180_000)]
    public async Task Docker_Compose_accepts_the_file_without_a_warning_and_rejects_an_unknown_field()
    {
        var ct = TestContext.Current.CancellationToken;
        var compose = Path.Combine(await DebianPrograms.Compose.EnsureAsync(ct), "docker-compose");
        published.Run("compose", "sh", "generate.sh");
        Assert.Empty(published.Run("compose", compose, "config", "--quiet"));

        var folder = Path.Combine(published.Root, "compose");
        var text = await System.IO.File.ReadAllTextAsync(Path.Combine(folder, "docker-compose.yaml"), ct);
        await System.IO.File.WriteAllTextAsync(Path.Combine(folder, "wrong.yaml"), text.Replace("mem_limit:", "mem_limits:", StringComparison.Ordinal), ct);
        var (code, output) = Published.TryRun(folder, compose, "-f", "wrong.yaml", "config", "--quiet");
        Assert.True(code != 0, "accepted");
        Assert.Contains("'mem_limits' not allowed", output, StringComparison.Ordinal);
    }

    [Fact]
    public void All_references_exist()
    {
        foreach (var (name, service) in Services)
        {
            foreach (var (other, how) in service.Key("depends_on").Entries())
            {
                Assert.Equal("service_healthy", how.Text("condition"));
                Assert.True(Services.Any(s => s.Key == other && s.Value.Key("healthcheck") is not null), $"{name} waits for {other}");
            }
            foreach (var network in service.Items("networks")) Assert.NotNull(File.At("networks").Key(network.Value()));
            foreach (var volume in service.Items("volumes").Where(v => !IsFolder(v))) Assert.NotNull(File.At("volumes").Key(volume.Value().Split(':')[0]));
            foreach (var config in service.Items("configs")) Assert.NotNull(File.At("configs").Key(config.Text("source")));
        }
        foreach (var (_, config) in File.Key("configs").Entries())
            Assert.True(System.IO.File.Exists(Path.Combine(published.Root, "compose", config.Text("file"))));
    }

    [Fact, SupportedOSPlatform("linux")]
    public void Mounted_files_are_readable_for_all_regardless_of_the_umask()
    {
        var files = File.Key("configs").Entries().Select(c => Path.Combine(published.Root, "compose", c.Value.Text("file"))).ToArray();
        foreach (var file in files) System.IO.File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        published.Run("compose", "sh", "generate.sh");
        Assert.All(files, file => Assert.True(System.IO.File.GetUnixFileMode(file).HasFlag(UnixFileMode.OtherRead), file));
    }

    [Fact, SupportedOSPlatform("linux")]
    public void The_gateway_reads_its_certificate_from_a_folder_and_reloads_it_with_the_script_that_starts_it()
    {
        var gateway = File.At("services/gateway");
        Assert.Equal(["sh", "/etc/nginx/gateway.sh", "start", "/etc/nginx/tls", "/tmp", "nginx"], gateway.Items("command").Take(6).Select(Yaml.Value));
        Assert.Equal(["./tls:/etc/nginx/tls:ro"], gateway.Items("volumes").Select(Yaml.Value));
        Assert.Contains("/etc/nginx/gateway.sh", gateway.Items("configs").Select(c => c.Text("target")));
        var nginx = System.IO.File.ReadAllText(Path.Combine(published.Root, "compose/nginx.conf"));
        Assert.Contains("    include /tmp/listen.conf;\n", nginx, StringComparison.Ordinal);
        Assert.DoesNotContain("    listen ", nginx, StringComparison.Ordinal);
    }

    [Fact]
    public void Nginx_resolves_every_service_again_and_no_server_is_healthy_before_its_users_exist()
    {
        var nginx = System.IO.File.ReadAllLines(Path.Combine(published.Root, "compose/nginx.conf")).Select(l => l.Trim()).ToArray();
        Assert.Contains(nginx, l => l.StartsWith("resolver 127.0.0.11 ", StringComparison.Ordinal));
        Assert.All(nginx.Where(l => l.StartsWith("server ", StringComparison.Ordinal) && l.EndsWith(';')),
            l => Assert.Contains(" resolve ", l, StringComparison.Ordinal));
        // During initialization, the server listens only on a socket (Postgres) or on localhost (MongoDB).
        foreach (var (check, address) in new[] { ("pg_isready", "-h 127.0.0.1"), ("mongosh", "--host \"$$(hostname)\"") })
            Assert.Contains(Services.SelectMany(s => s.Value.Items("healthcheck/test")).Select(Yaml.Value),
                test => test.Contains(check, StringComparison.Ordinal) && test.Contains(address, StringComparison.Ordinal));
    }

    [Fact]
    public void Only_the_gateway_is_open_and_only_owners_share_a_network_with_a_store()
    {
        foreach (var (name, service) in Services.Where(s => s.Key != "gateway"))
            Assert.All(service.Items("ports"), p => Assert.True(name == "dashboard" && p.Value().StartsWith("127.0.0.1:", StringComparison.Ordinal), name));
        foreach (var (network, settings) in File.Key("networks").Entries().Where(n => n.Key != "front")) Assert.Equal("true", settings.Text("internal"));
        foreach (var (store, server) in Services.Where(s => s.Value.Items("volumes").Any(v => !IsFolder(v))))
        {
            Assert.Equal([store], server.Items("networks").Select(Yaml.Value));
            foreach (var (user, service) in Services.Where(s => s.Key != store && s.Value.Items("networks").Any(n => n.Value() == store)))
                Assert.Contains(service.Key("environment").Entries(), v => v.Key.StartsWith("ConnectionStrings__", StringComparison.Ordinal)
                    && v.Value.Value().Contains(store, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Every_secret_is_a_variable_in_the_sample_and_generated_by_the_script()
    {
        var text = System.IO.File.ReadAllText(Path.Combine(published.Root, "compose/docker-compose.yaml"));
        var used = System.Text.RegularExpressions.Regex.Matches(text, @"\$\{(\w+):\?").Select(m => m.Groups[1].Value).Distinct().ToArray();
        Assert.True(used.Length >= 5);
        Assert.DoesNotMatch(@"(?i)password=(?!\$)", text);

        published.Run("compose", "sh", "generate.sh");
        var made = System.IO.File.ReadAllLines(Path.Combine(published.Root, "compose/.env")).Select(l => l.Split('=', 2)).ToDictionary(p => p[0], p => p[1]);
        foreach (var name in used) Assert.Matches("^[0-9a-f]{48}$", made[name]);
        Assert.Equal(used.Length, used.Select(n => made[n]).Distinct().Count());
        Assert.InRange(int.Parse(made["CPUS"], System.Globalization.CultureInfo.InvariantCulture), 1, 4096);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(Path.Combine(published.Root, "compose/.env")));
    }
}
