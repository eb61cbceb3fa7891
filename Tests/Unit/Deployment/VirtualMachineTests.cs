using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using AppHost.Deployment.Vms;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace Tests.Unit.Deployment;

/// <summary>The folders for virtual machines, and the result of their scripts in a temporary root.</summary>
[Trait("Category", "Unit"), SupportedOSPlatform("linux")]
public sealed class VirtualMachineTests(Published published) : IClassFixture<Published>
{
    private const string Hosts = "10.9.0.1,10.9.0.2,10.9.0.3";
    private static readonly string[] Machines = ["customer-vm1", "customer-vm2", "customer-vm3"];
    private static readonly string[] Apis = ["stock-api", "payment-api", "order-api", "customer-api", "storefront"];

    [Fact]
    public void Every_machine_runs_every_service_and_a_copy_of_each_store()
    {
        foreach (var machine in Machines)
            foreach (var service in Apis.Concat(["gateway", "redis", "redis-sentinel"]))
                Assert.True(File.Exists(Path.Combine(published.Root, $"vms/{machine}/units/shop-{service}.service")));
        foreach (var store in new[] { "etcd", "postgres", "mongodb", "mongodb-engine", "redis" })
            Assert.All(Machines, machine => Assert.True(File.Exists(Path.Combine(published.Root, $"vms/{machine}/units/shop-{store}.service"))));
    }

    [Fact]
    public void Every_unit_is_hardened_limited_and_restarted()
    {
        foreach (var unit in Directory.GetFiles(Path.Combine(published.Root, "vms"), "*.service", SearchOption.AllDirectories))
        {
            var lines = File.ReadAllLines(unit);
            foreach (var wanted in new[]
            {
                "NoNewPrivileges=yes", "ProtectSystem=strict", "ProtectHome=yes", "PrivateTmp=yes", "CapabilityBoundingSet=", "RestrictNamespaces=yes",
                "SystemCallFilter=@system-service", "Restart=on-failure", "WantedBy=multi-user.target", "StartLimitIntervalSec=0",
            }) Assert.Contains(wanted, lines);
            foreach (var key in new[] { "MemoryMax=", "TasksMax=", "LimitNOFILE=", "User=", "After=network-online.target" })
                Assert.Contains(lines, l => l.StartsWith(key, StringComparison.Ordinal));
            Assert.DoesNotContain("User=root", lines);
            // Programs come with the release or the engines, never from the machine.
            foreach (var line in lines.Where(l => l.StartsWith("Exec", StringComparison.Ordinal))) Assert.Matches("^Exec[A-Za-z]+=/(opt|etc)/shop/", line);
            // Only the gateway is reachable by clients.
            Assert.Equal(Path.GetFileName(unit) != "shop-gateway.service", lines.Contains("IPAddressDeny=any"));
        }
    }

    /// <summary>Machines are replaced one after the other. Services that listen elsewhere in a new release would not find those of the previous one.</summary>
    [Fact]
    public async Task A_service_keeps_its_port_wherever_it_is_in_the_model()
    {
        using var folder = new TempFolder();
        await Published.PublishAsync(folder.Path, resources =>
        {
            var first = resources.OfType<ProjectResource>().First();
            resources.Remove(first);
            resources.Add(first);
        });
        string[] expected = ["stock-api 5101", "payment-api 5102", "order-api 5103", "customer-api 5104", "storefront 5105"];
        Assert.Equal(expected, Ports(published.Root));
        Assert.Equal(expected, Ports(folder.Path));

        static IEnumerable<string> Ports(string root) =>
            from service in Apis
            from line in File.ReadLines(Path.Combine(root, $"vms/customer-vm1/env/{service}.env"))
            where line.StartsWith("ASPNETCORE_HTTP_PORTS=", StringComparison.Ordinal)
            select $"{service} {line.Split('=')[1]}";
    }

    [Fact]
    public void Every_gateway_balances_over_all_machines()
    {
        var nginx = File.ReadAllText(Path.Combine(published.Root, "vms/nginx.conf"));
        foreach (var service in Apis)
            Assert.Equal(Machines.Select(m => $"{m}-address"), Regex.Matches(nginx.Split($"upstream {service} {{")[1].Split('}')[0],
                @"server (\S+):\d+ max_fails=3 fail_timeout=1s;").Select(m => m.Groups[1].Value));
    }

    [Fact]
    public void Every_variable_has_a_name_that_systemd_accepts()
    {
        foreach (var unit in Directory.GetFiles(Path.Combine(published.Root, "vms"), "*.service", SearchOption.AllDirectories))
            foreach (var file in File.ReadLines(unit).Where(l => l.StartsWith("EnvironmentFile=/etc/shop/", StringComparison.Ordinal)))
                foreach (var line in File.ReadLines(Path.Combine(Path.GetDirectoryName(unit)!, "../env", Path.GetFileName(file))).Where(l => l[0] != '#'))
                    Assert.Matches("^[A-Za-z_][A-Za-z0-9_]*=", line);
    }

    [Theory]
    [InlineData("customer-vm1")]
    [InlineData("customer-vm2")]
    [InlineData("customer-vm3")]
    public void Installing_inserts_addresses_and_secrets_and_is_idempotent(string machine)
    {
        using var root = new TempFolder();
        Install(machine, root.Path);
        var first = Snapshot(root.Path);

        var secrets = root / "etc/shop/secrets.env";
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(secrets));
        Assert.Equal(10, File.ReadAllLines(secrets).Length);
        Assert.All(File.ReadAllLines(secrets), line => Assert.Matches("^[A-Z_]+=[0-9a-f]{48,}$", line));
        Assert.Contains("machines=(10.9.0.2 10.9.0.1 10.9.0.3) ", first["etc/shop/redis/replication.sh"], StringComparison.Ordinal);
        Assert.Contains("\"10.9.0.2:26379,10.9.0.1:26379,10.9.0.3:26379,serviceName=shop,ssl=true,password=", first["etc/shop/stock-api.env"],
            StringComparison.Ordinal);
        foreach (var (file, text) in first.Where(f => !f.Key.EndsWith(".sh", StringComparison.Ordinal) || f.Key.EndsWith("replication.sh",
            StringComparison.Ordinal)))
        {
            Assert.DoesNotMatch(@"-address\b|@[A-Z_]+@", text);
            if (File.ReadAllLines(secrets).Any(l => text.Contains(l.Split('=')[1], StringComparison.Ordinal)))
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(root / file));
        }
        Assert.Contains($"instance_id = {machine}", first["etc/shop/customer-api/config.properties"], StringComparison.Ordinal);
        foreach (var host in Hosts.Split(',')) Assert.Contains($"{host}:5432", first["etc/shop/order-api.env"], StringComparison.Ordinal);

        Install(machine, root.Path);
        Assert.Equal(first, Snapshot(root.Path));
    }

    [Fact]
    public void A_dry_run_changes_nothing_and_prints_the_actions()
    {
        using var root = new TempFolder();
        var output = published.Run("vms", "bash", "install.sh", "customer-vm1", "--hosts", Hosts, "--root", root.Path, "--dry-run");
        Assert.Empty(Directory.GetFileSystemEntries(root.Path));
        Assert.Contains("shop-order-api.service", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("one address each", "--hosts", "10.9.0.1,10.9.0.2")]
    [InlineData("no name", "--hosts", "a,b,c")]
    [InlineData("nothing else", "--hosts", Hosts, "--frobnicate")]
    [InlineData("a machine that is there", "customer-vm4", "--hosts", Hosts)]
    public void An_invalid_command_line_is_rejected_before_any_action(string why, params string[] arguments)
    {
        using var root = new TempFolder();
        var (code, output) = Published.TryRun(Path.Combine(published.Root, "vms"), "bash",
            ["install.sh", .. arguments[0] == "customer-vm4" ? arguments : ["customer-vm1", .. arguments], "--root", root.Path]);
        Assert.True(code != 0, why);
        Assert.Contains("error: ", output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(root.Path));
    }

    [Fact]
    public void A_release_is_activated_and_rolled_back()
    {
        using var root = new TempFolder();
        foreach (var release in new[] { "r1", "r2" })
        {
            root.Write($"in/{release}/stock-api/Stock.Api", release);
            Install("customer-vm1", root / "vm", "--release", root / $"in/{release}");
            Assert.Equal(release, File.ReadAllText(root / "vm/opt/shop/current/stock-api/Stock.Api"));
        }
        Install("customer-vm1", root / "vm", "--release", "r1", "--phase", "rollback");
        Assert.Equal("r1", File.ReadAllText(root / "vm/opt/shop/current/stock-api/Stock.Api"));
    }

    [Fact]
    public void Deploying_installs_one_release_and_one_set_of_secrets_and_rolls_back_on_failure_and_on_request()
    {
        using var root = new TempFolder();
        // Replaces ssh: each host is a folder. Nothing is started, so a file determines whether a machine becomes healthy.
        var ssh = root.Write("ssh", """
            #!/bin/bash
            set -e
            host=$(dirname "$0")/hosts/$1; shift; mkdir -p "$host"
            command=$(sed "s#/opt/shop#$host/opt/shop#g; s#/etc/shop#$host/etc/shop#g" <<<"$*")
            [[ $command != *install.sh* ]] || command="$command --root $host"
            bash -c "$command"
            [[ $command != *"--phase services"* ]] || [ ! -e "$host/sick" ]
            """);
        string[] hosts = Hosts.Split(',');
        (int Code, string Output) Deploy(string release)
        {
            root.Write($"{release}/stock-api/Stock.Api", release);
            return Run($"RELEASE={release}", $"BUILT={root / release}", "bash", "deploy.sh");
        }
        (int Code, string Output) Run(params string[] command)
            => Published.TryRun(Path.Combine(published.Root, "vms"), "env", [$"SSH=bash {ssh}", .. command, .. hosts]);
        string[] Running() => [.. hosts.Select(h => File.ReadAllText(root / $"hosts/{h}/opt/shop/current/stock-api/Stock.Api"))];

        var (code, output) = Deploy("r1");
        Assert.True(code == 0, output);
        Assert.Equal(["r1", "r1", "r1"], Running());
        Assert.Single(hosts.Select(h => File.ReadAllText(root / $"hosts/{h}/etc/shop/secrets.env")).Distinct());
        Assert.All(hosts, h => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(root / $"hosts/{h}/etc/shop/secrets.env")));

        root.Write($"hosts/{hosts[1]}/sick", "");
        (code, output) = Deploy("r2");
        Assert.True(code != 0, output);
        Assert.Equal(["r1", "r1", "r1"], Running());
        Assert.All(hosts, h => Assert.Equal(["r1"], Directory.GetDirectories(root / $"hosts/{h}/opt/shop/releases").Select(Path.GetFileName)));
        Assert.All(hosts, h => Assert.False(Directory.Exists(root / $"hosts/{h}/opt/shop/install/r2")));
        Assert.Contains($"{hosts[1]} did not become healthy", output, StringComparison.Ordinal);

        File.Delete(root / $"hosts/{hosts[1]}/sick");
        (code, output) = Deploy("r3");
        Assert.True(code == 0, output);
        Assert.Equal(["r3", "r3", "r3"], Running());

        // Twice: it goes on after a failure, and never further back.
        for (var n = 0; n < 2; n++)
        {
            (code, output) = Run("bash", "deploy.sh", "--rollback", "r1");
            Assert.True(code == 0 && output.Contains("release r1 is running on ", StringComparison.Ordinal), output);
            Assert.Equal(["r1", "r1", "r1"], Running());
        }
        (code, output) = Run("bash", "deploy.sh", "--rollback", "r9");
        Assert.True(code != 0 && output.Contains("error: 'r9' was not kept; there is ", StringComparison.Ordinal), output);
        Assert.Equal(["r1", "r1", "r1"], Running());
    }

    [Fact]
    public void A_release_of_other_addresses_is_not_restored()
    {
        using var root = new TempFolder();
        foreach (var release in new[] { "r1", "r2" })
        {
            root.Write($"in/{release}/stock-api/Stock.Api", release);
            published.Run("vms", "bash", "install.sh", "customer-vm1", "--hosts", release == "r1" ? Hosts : "10.9.0.1,10.9.0.2,10.9.0.9", "--root",
                root / "vm", "--release", root / $"in/{release}");
        }
        var (code, output) = Published.TryRun(Path.Combine(published.Root, "vms"), "bash", ["install.sh", "customer-vm1", "--hosts",
            "10.9.0.1,10.9.0.2,10.9.0.9", "--root", root / "vm", "--release", "r1", "--phase", "rollback"]);
        Assert.True(code != 0 && output.Contains("r1 was installed for the machines 10.9.0.1 10.9.0.2 10.9.0.3", StringComparison.Ordinal), output);
        Assert.Equal("r2", File.ReadAllText(root / "vm/opt/shop/current/stock-api/Stock.Api"));
    }

    [Fact]
    public void Systemd_accepts_every_unit()
    {
        Assert.SkipUnless(Published.Has("systemd-analyze"), "systemd-analyze is not on this machine");
        using var root = new TempFolder();
        foreach (var machine in Machines)
        {
            var folder = root / machine;
            root.Write($"{machine}/etc/resolv.conf", "nameserver 192.0.2.53\n"); // with addresses to allow, in a file next to the unit
            Install(machine, folder);
            var units = Directory.GetFiles(Path.Combine(folder, "etc/systemd/system"), "shop-*.service");
            // The programs come with packages and releases; here, each is an empty executable file.
            foreach (Match program in units.SelectMany(u => Regex.Matches(File.ReadAllText(u), @"^Exec\w+=(/\S+)", RegexOptions.Multiline)))
            {
                var file = folder + program.Groups[1].Value;
                if (File.Exists(file)) continue;
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                File.WriteAllText(file, "");
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            }
            foreach (var target in new[] { "network-online", "multi-user", "sysinit", "basic", "shutdown", "network" })
                File.WriteAllText(Path.Combine(folder, $"etc/systemd/system/{target}.target"), $"[Unit]\nDescription={target}\n");
            var (code, output) = Published.TryRun(folder, "systemd-analyze", ["verify", "--man=no", $"--root={folder}", .. units.Select(Path.GetFileName)!]);
            Assert.Equal(Apis.Length, Directory.GetFiles(Path.Combine(folder, "etc/systemd/system"), "addresses.conf", SearchOption.AllDirectories).Length);
            Assert.True(code == 0 && output.Length == 0, output); // ignored settings are only reported as warnings
        }
    }

    [Fact]
    public void A_placement_names_an_existing_machine()
    {
        using var folder = new TempFolder();
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { ProjectDirectory = folder.Path });
        var machines = builder.AddVirtualMachineTarget("vms", "one");
        Assert.Throws<ArgumentException>(() => machines.WithPlacement(builder.AddRedis("redis"), "two"));
        Assert.DoesNotContain(machines.Resource, builder.Resources);
    }

    [Fact]
    public void A_private_address_of_a_machine_is_a_setting_of_publishing()
    {
        using var folder = new TempFolder();
        var builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { ProjectDirectory = folder.Path });
        builder.Configuration["Machines:one:PrivateAddress"] = "10.1.0.1";
        Assert.Equal(new() { ["one"] = "10.1.0.1" }, builder.AddVirtualMachineTarget("vms", "one", "two").Resource.PrivateAddresses);
        builder.Configuration["Machines:two:PrivateAddress"] = "db.example";
        Assert.Throws<DistributedApplicationException>(() => builder.AddVirtualMachineTarget("vms", "one", "two"));
    }

    private void Install(string machine, string root, params string[] arguments)
        => published.Run("vms", "bash", ["install.sh", machine, "--hosts", Hosts, "--root", root, .. arguments]);

    private static SortedDictionary<string, string> Snapshot(string root) => new(Directory.GetFiles(root, "*", SearchOption.AllDirectories)
        .ToDictionary(f => Path.GetRelativePath(root, f), File.ReadAllText));
}
