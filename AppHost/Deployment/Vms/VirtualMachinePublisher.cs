using System.Globalization;
using System.Text;

namespace AppHost.Deployment.Vms;

/// <summary>
/// Writes a folder for each machine, and the script that deploys them. Values that are known only at deployment are placeholders, which <c>install.sh</c>
/// replaces: <c>NAME-address</c> for a machine's address, <c>@NAME@</c> for a secret.
/// </summary>
internal sealed class VirtualMachinePublisher(DeploymentModel model, VirtualMachineTarget environment, OutputFolder output)
{
    private const int GatewayPort = 8000;
    // Debian's engines, as the AppHost starts them without containers. install.sh creates them with the program that also serves MongoDB's protocol.
    internal const string Engine = "/opt/shop/engine";
    private const string DocumentGateway = "mongodb-gateway:Integrations/DocumentDb.Gateway";
    internal const string Note = "# Written by `dotnet run --project AppHost -- publish`; change AppHost/ and publish again.\n";

    private string[] Addresses => [.. environment.Machines.Select(AddressOf)];

    public void Write()
    {
        foreach (var store in model.Stores.Where(s => !PostgresCluster.Replicates(s) && !environment.Placement.ContainsKey(s.Name)))
            throw new DistributedApplicationException($"'{store.Name}' has no machine for its first master in '{environment.Name}'; call WithPlacement.");
        foreach (var port in model.Services.GroupBy(s => s.Port).Where(services => services.Count() > 1))
            throw new DistributedApplicationException($"{string.Join(" and ", port.Select(s => $"'{s.Name}'"))} have the same port, {port.Key}; give each " +
                "its own in its Properties/launchSettings.json.");
        foreach (var machine in environment.Machines) WriteMachine(machine);
        WriteNginx();
        WriteScript("install.sh", new()
        {
            ["MACHINES"] = environment.Machines, ["SERVICES"] = model.Services.Select(s => $"{s.Name}:{s.Port}"),
            ["SECRETS"] = model.Stores.SelectMany(SecretsOf).Concat(model.ServiceSecrets.Select(p => p.Name)).Select(DeploymentModel.VariableOf),
            ["AUTHORITY"] = [DeploymentModel.VariableOf(EtcdMember.AuthoritySecret)],
            ["GATEWAY"] = [$"{model.Gateway.Name}:{GatewayPort}"],
        });
        WriteScript("store.sh", new()
        {
            ["STORES"] = model.Stores.Select(s =>
                $"{s.Name}:{Lower(s.Kind.ToString())}:{(PostgresCluster.Replicates(s) ? PostgresCluster.UnitOf(s) : s.Port)}"),
            ["ROLES"] = [PostgresCluster.Administrator, PostgresCluster.Replicator],
        });
        WriteScript("deploy.sh", new()
        {
            ["MACHINES"] = environment.Machines, ["SERVICES"] = model.Services.Select(s => $"{s.Name}:{s.Project}").Append(DocumentGateway),
        });
        WriteScript("backup.sh", new()
        {
            ["MACHINES"] = environment.Machines, ["SERVICES"] = model.Services.Select(s => s.Name).Append(model.Gateway.Name),
            ["WRITERS"] = model.Services.Where(s => s.Stores.Count > 0 && s.Services.Count > 0).Select(s => s.Name).Append(model.Gateway.Name),
            ["STORES"] = model.Stores.Select(s => $"{s.Name}:{Lower(s.Kind.ToString())}:{string.Join('/', PlacesOf(s))}"),
        });
    }

    /// <summary>Writes a script from <c>Deployment/Files</c>; its placeholders are lists of words.</summary>
    private void WriteScript(string name, Dictionary<string, IEnumerable<string>> marks) => output.Write(name,
        OutputFolder.Read(name, [.. marks.Select(m => (m.Key, string.Join(' ', m.Value)))]));

    internal static string AddressOf(string machine) => $"{machine}-address";

    // A Redis is on all machines. The first one is that of its placement.
    private IReadOnlyList<string> MachinesOf(Store redis) => [.. environment.Machines.OrderBy(m => m != environment.Placement[redis.Name])];

    /// <summary>Gets the indices of the machines that restore a store, the first of which also reads it. Any one can restore a Postgres.</summary>
    private IEnumerable<int> PlacesOf(Store store)
        => PostgresCluster.Replicates(store) ? [0] : MachinesOf(store).Select(m => environment.Machines.ToList().IndexOf(m));

    private RedisUnits RedisOf(Store store) => new(store, MachinesOf(store), AddressOf, Mark);

    private PostgresCluster ClusterOf(Store store) => new(store, model.Stores.Where(PostgresCluster.Replicates).ToList().IndexOf(store), environment.Machines);

    private void WriteMachine(string machine)
    {
        foreach (var service in model.Services) WriteService(machine, service);
        WriteGateway(machine);
        EtcdMember.Write(output, machine, environment.Machines);
        foreach (var store in model.Stores) WriteStore(machine, store);
        output.Write($"{machine}/machine.conf", Note +
            "# Used among the machines; empty: the address of ssh. To set it, publish with Machines__NAME__PrivateAddress.\n" +
            $"private_address='{environment.PrivateAddresses.GetValueOrDefault(machine)}'\n" +
            "# UNIT:USER in start order; below, the units that are part of a release, UNIT:PORT.\n" +
            $"stores=({string.Join(' ', model.Stores.SelectMany(UnitsOf).Prepend($"{EtcdMember.Name}:{EtcdMember.Name}"))})\n" +
            "# Postgres clusters, UNIT:USER:PORT:PORT of Patroni.\n" +
            $"clusters=({string.Join(' ', model.Stores.Where(PostgresCluster.Replicates).Select(s => ClusterOf(s).Entry))})\n" +
            $"programs=({string.Join(' ', model.Stores.Where(HasGateway).Select(s => $"{s.Name}:{s.Port}"))})\n");
    }

    private static bool HasGateway(Store store) => store.Kind == StoreKind.MongoDB;

    /// <summary>Gets the units of a store, each with its user.</summary>
    private IEnumerable<string> UnitsOf(Store store) => store.Kind switch
    {
        StoreKind.Redis => RedisOf(store).Names,
        StoreKind.MongoDB => [$"{PostgresCluster.UnitOf(store)}:{UserOf(store)}", $"{store.Name}:{UserOf(store)}"],
        _ => [$"{store.Name}:{UserOf(store)}"],
    };

    // Administrators log in to Postgres and to the document engine as their machine's user. The machines use a password among each other.
    private IEnumerable<string> SecretsOf(Store store)
        => store.Kind == StoreKind.Redis ? RedisOf(store).Redis.Secrets : store.ServiceSecrets.Append(PostgresCluster.SecretOf(store));

    internal static string Mark(string secret) => $"@{DeploymentModel.VariableOf(secret)}@";

    private void WriteService(string machine, Service service)
    {
        var stores = service.Stores.Select(c => c.Store).Distinct();
        // All machines, its own first: a caller balances between them, and tries the next one if one does not answer. They are arguments and not variables,
        // because systemd rejects a variable whose name contains a dash.
        var addresses = from other in service.Services
                        join called in model.Services on other equals called.Name
                        from near in environment.Machines.OrderBy(m => m != machine).Index()
                        select $" --services:{other}:http:{near.Index}=http://{AddressOf(near.Item)}:{called.Port}";
        output.Write($"{machine}/units/shop-{service.Name}.service", Units.Write($"Shop: {service.Name}", "shop", stores.Select(s => $"shop-{s.Name}.service"),
        [
            "Type=exec",
            $"WorkingDirectory=/opt/shop/current/{service.Name}",
            $"ExecStart=/opt/shop/current/{service.Name}/{service.Project}{string.Concat(addresses)}",
            $"EnvironmentFile=/etc/shop/{service.Name}.env",
            "# OTEL_EXPORTER_OTLP_ENDPOINT and similar settings, if this machine has a collector.",
            "EnvironmentFile=-/etc/shop/telemetry.env",
            "# The operator's overrides, such as a connection string to a database elsewhere.",
            $"EnvironmentFile=-/etc/shop/{service.Name}.local.env",
        ], Addresses, "1G"));

        var values = new Values(name => AddressOf(environment.Placement.GetValueOrDefault(name, machine)), endpoint => endpoint.TargetPort ?? 0,
            p => Mark(p.Name));
        var text = new StringBuilder(Note).Append(CultureInfo.InvariantCulture, $"ASPNETCORE_HTTP_PORTS={service.Port}\n");
        text.Append(CultureInfo.InvariantCulture, $"OTEL_SERVICE_NAME={service.Name}\nOTEL_RESOURCE_ATTRIBUTES=service.instance.id={machine}\n");
        text.Append("OTEL_TRACES_SAMPLER=parentbased_traceidratio\nOTEL_TRACES_SAMPLER_ARG=0.01\n");
        foreach (var connection in service.Stores)
        {
            if (connection.Store.Kind == StoreKind.Redis)
                text.Append(CultureInfo.InvariantCulture,
                    $"Stock__ReplicasToConfirm={ReplicatedRedis.ReplicasToConfirm}\nSERedis_IssuerCertPath={EtcdMember.Authority}\n");
            var encrypted = connection.Store.Kind == StoreKind.Postgres ? PostgresCluster.Encrypted : "";
            text.Append(CultureInfo.InvariantCulture,
                $"ConnectionStrings__{connection.Name}=\"{connection.Write(HostsOf(connection.Store, machine), Mark(connection.Secret))}{encrypted}\"\n");
        }
        foreach (var (name, value) in service.Environment) text.Append(CultureInfo.InvariantCulture, $"{name}=\"{values.Write(value)}\"\n");
        if (service.HasProperties)
        {
            text.Append(CultureInfo.InvariantCulture, $"CONFIG_FILE=/etc/shop/{service.Name}/config.properties\n");
            // The connection string contains a password, so it is in the environment, in a file that only root can read.
            output.Write($"{machine}/{service.Name}/config.properties",
                $"{Note}instance_id = {machine}\napi_port = {service.Port}\n");
        }

        output.Write($"{machine}/env/{service.Name}.env", text.ToString());
    }

    // Of Postgres all copies, that of the same machine first: it is not the one that is gone. Of MongoDB the machine's own gateway, which finds its engine. Of
    // Redis the sentinels.
    private string HostsOf(Store store, string machine) => store.Kind switch
    {
        StoreKind.Postgres => ClusterOf(store).HostsNear(machine),
        StoreKind.MongoDB => $"{AddressOf(machine)}:{store.Port}",
        _ => RedisOf(store).Redis.Hosts,
    };

    private void WriteNginx()
    {
        var addresses = model.Services.SelectMany(s => environment.Machines.Index()
            .Select(m => ($"services__{s.Name}__http__{m.Index}", $"http://{AddressOf(m.Item)}:{s.Port}"))).ToDictionary();
        var configuration = NginxGateway.Configuration(GatewayPort.ToString(CultureInfo.InvariantCulture), model.Gateway.Routes, addresses,
            model.Gateway.Limits, model.Gateway.Cors);
        // The defaults of the distribution's nginx are folders that only root can write.
        var folders = string.Concat(new[] { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" }
            .Select(k => $"  {k}_temp_path /run/shop-{model.Gateway.Name}/{k};\n"));
        // A unit's standard output is a socket of the journal, which no program can open as a file.
        output.WriteResource("gateway.sh", "gateway.sh");
        output.Write("nginx.conf", Note + NginxGateway.WithCertificate(configuration, $"/run/shop-{model.Gateway.Name}")
            .Replace("http {\n", "http {\n" + folders, StringComparison.Ordinal)
            .Replace("access_log /dev/stdout", $"access_log syslog:server=unix:/dev/log,nohostname,tag=shop_{model.Gateway.Name}", StringComparison.Ordinal));
    }

    private void WriteGateway(string machine)
    {
        var name = model.Gateway.Name;
        string Listen(string action) => $"/etc/shop/{name}.sh {action} /etc/shop/tls /run/shop-{name}";
        var command = $"{Engine}/usr/sbin/nginx -c /etc/shop/nginx.conf -e stderr -g \"daemon off; pid /run/shop-{name}/nginx.pid;\"";
        output.Write($"{machine}/units/shop-{name}.service", Units.Write($"Shop: {name} (nginx)", "shop", [],
        [
            "Type=exec",
            $"RuntimeDirectory=shop-{name}",
            "# HTTPS_PORT and HSTS_SECONDS.",
            $"EnvironmentFile=-/etc/shop/{name}.local.env",
            $"ExecStartPre={Listen("start")}",
            $"ExecStart={command}",
            $"ExecReload={Listen("reload")}",
            $"ExecReload={command} -s reload",
            "KillSignal=SIGQUIT",
            "# The only unit that accepts clients from any address.",
        ], null, "512M"));
    }

    private static string UserOf(Store store) => store.Kind switch
    {
        StoreKind.Postgres => "postgres",
        _ => "mongodb",
    };

    private void WriteStore(string machine, Store store)
    {
        if (!PostgresCluster.Replicates(store)) RedisOf(store).Write(output, machine, Note);
        else ClusterOf(store).Write(output, machine, UserOf(store));
        if (HasGateway(store)) WriteDocumentGateway(machine, store);
    }

    private void WriteDocumentGateway(string machine, Store store)
    {
        var folder = DocumentGateway.Split(':')[0];
        output.Write($"{machine}/units/shop-{store.Name}.service", Units.Write($"Shop: {store.Name} (its protocol, in front of the engine)", UserOf(store),
            [$"shop-{PostgresCluster.UnitOf(store)}.service"],
        [
            "Type=exec",
            $"WorkingDirectory=/opt/shop/current/{folder}",
            $"ExecStart=/opt/shop/current/{folder}/DocumentDb.Gateway",
            "# A machine that is gone does not answer; a command may take as long as a request at the gateway.",
            $"Environment=Gateway__Address=0.0.0.0 Gateway__Port={store.Port} Gateway__CommandTime=00:00:30",
            $"EnvironmentFile=/etc/shop/{store.Name}.env",
        ], Addresses, "1G"));
        output.Write($"{machine}/env/{store.Name}.env", $"{Note}Gateway__Engine=\"Host={ClusterOf(store).HostsNear(machine)};" +
            $"Username={PostgresCluster.Administrator};Password={Mark(PostgresCluster.SecretOf(store))};Database=postgres{PostgresCluster.Encrypted}\"\n");
    }

    private static string Lower(string text) => string.Concat(text.Select(char.ToLowerInvariant));
}
