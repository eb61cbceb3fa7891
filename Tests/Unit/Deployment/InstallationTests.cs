using System.Runtime.Versioning;

namespace Tests.Unit.Deployment;

/// <summary>Installing releases one after the other: what they leave, what comes back, and which addresses units may reach.</summary>
[Trait("Category", "Unit"), SupportedOSPlatform("linux")]
public sealed class InstallationTests(Published published) : IClassFixture<Published>, IDisposable
{
    private const string Hosts = "10.9.0.1,10.9.0.2,10.9.0.3", Unit = "etc/systemd/system/shop-order-api.service";
    private readonly TempFolder _folder = new();

    private string Root => _folder / "vm";

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_rollback_restores_configuration_and_units_of_the_release_before()
    {
        Copy();
        Install("r1");
        Edit("vm/etc/shop/secrets.env", text => text.Replace(Line(text, "ORDERS_PASSWORD=") + "\n", "", StringComparison.Ordinal));
        var before = Live();
        File.AppendAllText(_folder / "vms/customer-vm1/units/shop-order-api.service", "# new\n");
        File.AppendAllText(_folder / "vms/nginx.conf", "# new\n");
        _folder.Write("vms/customer-vm1/units/shop-new.service", "[Service]\nExecStart=/opt/shop/new\n");
        Install("r2");
        Assert.NotEqual(before, Live());
        Assert.True(File.Exists(Path.Combine(Root, "etc/systemd/system/shop-new.service")));
        _folder.Write("vm/etc/shop/order-api.local.env", "A=1\n");

        Run("--release", "r1", "--phase", "rollback");
        var after = Live();
        Assert.True(after.Remove("etc/shop/order-api.local.env"), "a file of the operator is gone");
        Assert.Equal(before, after);
        Assert.Equal("releases/r1", new FileInfo(Path.Combine(Root, "opt/shop/current")).LinkTarget);

        var (code, output) = TryRun("--release", "r0", "--phase", "rollback");
        Assert.True(code != 0 && output.Contains("error: 'r0' was not kept", StringComparison.Ordinal), output);
    }

    [Fact]
    public void An_installation_without_a_release_follows_its_own_list_of_stores()
    {
        Copy();
        Run();
        Assert.True(File.Exists(Path.Combine(Root, "etc/shop/redis/redis.conf")));
        Edit("vms/customer-vm1/machine.conf", text => text.Replace(" redis:redis", "", StringComparison.Ordinal));
        Run();
        Assert.False(File.Exists(Path.Combine(Root, "etc/shop/redis/redis.conf")));
    }

    [Fact]
    public void A_name_of_a_release_is_not_used_for_other_content()
    {
        Copy();
        Install("r1");
        Install("r1");
        var before = Snapshot();
        _folder.Write("in/r1/stock-api/Stock.Api", "other");
        Refuses("the release name 'r1' was already used for other content");
        _folder.Write("in/r1/stock-api/Stock.Api", "r1");
        File.AppendAllText(_folder / "vms/nginx.conf", "# other\n");
        Refuses("the release name 'r1' was already used for other content");
        Assert.Equal(before, Snapshot());

        void Refuses(string error)
        {
            var (code, output) = TryRun("--release", _folder / "in/r1");
            Assert.True(code != 0 && output.Contains(error, StringComparison.Ordinal), output);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_failed_installation_leaves_nothing(bool whileFilesAreWritten)
    {
        Copy();
        Install("r1");
        File.AppendAllText(_folder / "vms/customer-vm1/env/order-api.env", "NEW=1\n");
        File.AppendAllText(_folder / "vms/customer-vm1/units/shop-order-api.service", "# new\n");
        // A folder cannot take a file's place, and a name of this domain has no address.
        if (whileFilesAreWritten) Directory.CreateDirectory(Path.Combine(Root, Unit + ".new/x"));
        else _folder.Write("vm/etc/shop/order-api.local.env", "ConnectionStrings__orders=Host=db.invalid;Username=a\n");
        var before = Snapshot();
        _folder.Write("in/r2/stock-api/Stock.Api", "r2");

        var (code, output) = TryRun("--release", _folder / "in/r2");
        Assert.True(code != 0, output);
        var after = Snapshot();
        if (whileFilesAreWritten)
            foreach (var kept in after.Keys.Where(k => k.StartsWith("opt/shop/configurations/", StringComparison.Ordinal)
                || k.StartsWith(Unit + ".new", StringComparison.Ordinal)).ToList()) after.Remove(kept);
        Assert.Equal(before, after);
        Assert.Equal("releases/r1", new FileInfo(Path.Combine(Root, "opt/shop/current")).LinkTarget);
        if (!whileFilesAreWritten) Assert.Contains("order-api.local.env: the name 'db.invalid' has no address", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_first_installation_that_is_undone_leaves_only_secrets()
    {
        Copy();
        _folder.Write("in/r1/stock-api/Stock.Api", "r1");
        foreach (var phase in new[] { "prepare", "stores", "services", "undo" }) Run("--release", _folder / "in/r1", "--phase", phase);
        Assert.Equal(["etc/shop/secrets.env", "opt/shop/release-names"], Snapshot().Keys);
        Assert.Empty(File.ReadAllText(Path.Combine(Root, "opt/shop/release-names")));
    }

    /// <summary>An earlier install.sh kept neither a list of its files nor copies of them.</summary>
    [Fact]
    public void A_failed_first_deployment_after_an_earlier_script_takes_nothing_away()
    {
        Copy();
        Install("r1");
        foreach (var folder in new[] { "configured", "configurations" })
            if (Directory.Exists(Path.Combine(Root, "opt/shop", folder))) Directory.Delete(Path.Combine(Root, "opt/shop", folder), recursive: true);
        var before = Live();
        File.AppendAllText(_folder / "vms/nginx.conf", "# new\n");
        _folder.Write("vms/customer-vm1/units/shop-new.service", "[Service]\nExecStart=/opt/shop/new\n");
        _folder.Write("in/r2/stock-api/Stock.Api", "r2");
        foreach (var phase in new[] { "prepare", "stores", "services", "undo" }) Run("--release", _folder / "in/r2", "--phase", phase);
        Assert.Equal(before, Live());
        Assert.Equal("releases/r1", new FileInfo(Path.Combine(Root, "opt/shop/current")).LinkTarget);
    }

    [Fact]
    public void An_installation_that_was_killed_and_repeated_can_still_be_undone()
    {
        Copy();
        Install("r1");
        var before = Live();
        File.AppendAllText(_folder / "vms/nginx.conf", "# new\n");
        _folder.Write("in/r2/stock-api/Stock.Api", "r2");
        Run("--release", _folder / "in/r2", "--phase", "prepare");
        _folder.Write("vm/opt/shop/configured/release", "r1\n"); // killed before it was written
        foreach (var phase in new[] { "prepare", "undo" }) Run("--release", _folder / "in/r2", "--phase", phase);
        Assert.Equal(before, Live());
    }

    [Theory]
    [InlineData("order-api", "ConnectionStrings__orders=\"Host=192.0.2.1,192.0.2.2:5433;Port=5432;Username=a;Password=b\"", "192.0.2.1 192.0.2.2")]
    [InlineData("stock-api", "ConnectionStrings__redis=192.0.2.3:6379,[2001:db8::1]:6380,password=a@b;c", "192.0.2.3 2001:db8::1")]
    [InlineData("customer-api", "ConnectionStrings__customers='mongodb://a:b%40@192.0.2.4:27017,192.0.2.5/customers?x=y'", "192.0.2.4 192.0.2.5")]
    [InlineData("payment-api", "# ConnectionStrings__payments=Host=192.0.2.6", "")]
    public void A_unit_may_reach_its_stores_elsewhere_the_name_servers_and_the_collector(string service, string setting, string addresses)
    {
        _folder.Write("vm/etc/resolv.conf", "search example\nnameserver 192.0.2.53\nnameserver fe80::1%eth0\n");
        _folder.Write($"vm/etc/shop/{service}.local.env", setting + "\n");
        _folder.Write("vm/etc/shop/telemetry.env", "OTEL_EXPORTER_OTLP_ENDPOINT=http://192.0.2.90:4317\n");
        _folder.Write("vm/etc/shop/allowed-addresses", "198.51.100.0/24 # replicas\n");
        Copy();
        Run();
        var always = "192.0.2.53 192.0.2.90 198.51.100.0/24 fe80::1";
        Assert.Equal($"{addresses} {always}".Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal), Allowed(service));
        Assert.Equal(always.Split(' '), Allowed("storefront"));
        Assert.False(Directory.Exists(Path.Combine(Root, "etc/systemd/system/shop-gateway.service.d")));

        // Settings that are gone take their addresses with them.
        foreach (var file in new[] { $"{service}.local.env", "telemetry.env", "allowed-addresses" }) File.Delete(Path.Combine(Root, "etc/shop", file));
        Run("--phase", "addresses");
        Assert.Equal(["192.0.2.53", "fe80::1"], Allowed(service));
        File.Delete(Path.Combine(Root, "etc/resolv.conf"));
        Run();
        Assert.False(Directory.Exists(Path.Combine(Root, $"etc/systemd/system/shop-{service}.service.d")));
    }

    [Theory]
    [InlineData("ConnectionStrings__customers=mongodb+srv://a:b@db.example/customers", "allowed-addresses")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://collector.invalid:4317", "collector.invalid")]
    public void An_address_that_is_not_known_is_an_error(string setting, string named)
    {
        _folder.Write("vm/etc/shop/customer-api.local.env", setting + "\n");
        Copy();
        var (code, output) = TryRun();
        Assert.True(code != 0 && output.Contains(named, StringComparison.Ordinal), output);
        Assert.Equal(["etc/shop/customer-api.local.env"], Snapshot().Keys);
    }

    [Theory]
    [InlineData("deploy.sh")]
    [InlineData("backup.sh", "save", "backup")]
    public void Keys_of_new_hosts_are_accepted_and_changed_ones_refused(string script, params string[] arguments)
    {
        Copy();
        var ssh = _folder.Write("bin/ssh", "#!/bin/sh\necho \"$@\" >&2\nexit 1\n");
        File.SetUnixFileMode(ssh, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        _folder.Write("built/stock-api/Stock.Api", "");
        var path = $"{_folder / "bin"}:{Environment.GetEnvironmentVariable("PATH")}";
        var (code, output) = Published.TryRun(_folder / "vms", "env",
            [$"PATH={path}", $"BUILT={_folder / "built"}", "bash", script, .. arguments, .. Hosts.Split(',')]);
        Assert.True(code != 0, output);
        Assert.Contains("-o BatchMode=yes -o StrictHostKeyChecking=accept-new -o ConnectTimeout=10 10.9.0.1 ", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Machines_talk_over_their_private_addresses_and_ssh_over_the_others()
    {
        Copy();
        Edit("vms/customer-vm1/machine.conf", text => text.Replace("private_address=''", "private_address='10.1.0.1'", StringComparison.Ordinal));
        var ssh = _folder.Write("ssh", $"""
            echo "$@" >&2
            cat >/dev/null
            case "$*" in *"--phase clusters "*)
              echo . >>{_folder / "asked"}
              echo "customer-vm1: mongodb-engine is set up"
              # Its primary moves to a machine that was asked before.
              if [ "$(wc -l <{_folder / "asked"})" -gt 3 ]; then echo "customer-vm1: postgres is set up"; fi
            esac

            """);
        _folder.Write("built/stock-api/Stock.Api", "");
        var (code, output) = Published.TryRun(_folder / "vms", "env",
            [$"SSH=sh {ssh}", $"BUILT={_folder / "built"}", "bash", "deploy.sh", .. Hosts.Split(',')]);
        Assert.True(code == 0, output);
        Assert.Contains("\n10.9.0.1 /opt/shop/install/install.sh customer-vm1 --hosts 10.1.0.1,10.9.0.2,10.9.0.3 ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("\n10.1.0.1 ", output, StringComparison.Ordinal);
        Assert.Equal(6, File.ReadAllLines(_folder / "asked").Length);
        Assert.Contains("http://10.9.0.1:8000", output, StringComparison.Ordinal);
    }

    private string[] Allowed(string service)
    {
        var file = File.ReadAllText(Path.Combine(Root, $"etc/systemd/system/shop-{service}.service.d/addresses.conf"));
        return Line(file, "IPAddressAllow=").Split('=')[1].Split(' ');
    }

    private static string Line(string text, string start) => text.Split('\n').Single(l => l.StartsWith(start, StringComparison.Ordinal));

    private void Edit(string file, Func<string, string> change) => File.WriteAllText(_folder / file, change(File.ReadAllText(_folder / file)));

    // Scripts and templates of this test, to be changed.
    private void Copy() => published.Run(".", "cp", "-a", "vms", _folder / "vms");

    private void Install(string release)
    {
        _folder.Write($"in/{release}/stock-api/Stock.Api", release);
        Run("--release", _folder / $"in/{release}");
    }

    private void Run(params string[] arguments)
    {
        var (code, output) = TryRun(arguments);
        Assert.True(code == 0, output);
    }

    private (int Code, string Output) TryRun(params string[] arguments)
        => Published.TryRun(_folder / "vms", "bash", ["install.sh", "customer-vm1", "--hosts", Hosts, "--root", Root, .. arguments]);

    private SortedDictionary<string, string> Snapshot() => Snapshot("");

    private SortedDictionary<string, string> Live() => Snapshot("etc");

    private SortedDictionary<string, string> Snapshot(string below) => new(Directory.GetFiles(Path.Combine(Root, below), "*", SearchOption.AllDirectories)
        .ToDictionary(f => Path.GetRelativePath(Root, f), f => $"{File.GetUnixFileMode(f)} {File.ReadAllText(f)}"), StringComparer.Ordinal);
}
