using System.Globalization;
using System.Text;

namespace AppHost.Deployment.Vms;

/// <summary>
/// Writes a folder for each machine, and the script that deploys them. Values that are known only at deployment are placeholders, which <c>install.sh</c>
/// replaces: <c>NAME-address</c> for a machine's address, <c>@NAME@</c> for a secret.
/// </summary>
internal sealed class VirtualMachinePublisher(DeploymentModel model, VirtualMachineTarget environment, OutputFolder output)
{
    private const int FirstServicePort = 5101, GatewayPort = 8000;
    // Debian's engines, as the AppHost starts them without containers. install.sh creates them with the program that also serves MongoDB's protocol.
    private const string Engine = "/opt/shop/engine", DocumentGateway = "mongodb-gateway:Integrations/DocumentDb.Gateway";
    private const string Note = "# Written by `dotnet run --project AppHost -- publish`; change AppHost/ and publish again.\n";

    private string[] Addresses => [.. environment.Machines.Select(AddressOf)];

    public void Write()
    {
        foreach (var store in model.Stores.Where(s => !environment.Placement.ContainsKey(s.Name)))
            throw new DistributedApplicationException($"'{store.Name}' has no machine in '{environment.Name}'; call WithPlacement.");
        foreach (var machine in environment.Machines) WriteMachine(machine);
        WriteNginx();
        WriteScript("install.sh", new()
        {
            ["MACHINES"] = environment.Machines, ["SERVICES"] = model.Services.Select(s => $"{s.Name}:{PortOf(s.Name)}"),
            ["SECRETS"] = model.Stores.SelectMany(SecretsOf).Concat(model.ServiceSecrets.Select(p => p.Name)).Select(DeploymentModel.VariableOf),
            ["GATEWAY"] = [$"{model.Gateway.Name}:{GatewayPort}"],
        });
        WriteScript("store.sh", new() { ["STORES"] = model.Stores.Select(s => $"{s.Name}:{Lower(s.Kind.ToString())}:{s.Port}") });
        WriteScript("deploy.sh", new()
        {
            ["MACHINES"] = environment.Machines, ["SERVICES"] = model.Services.Select(s => $"{s.Name}:{s.Project}").Append(DocumentGateway),
        });
        WriteScript("backup.sh", new()
        {
            ["MACHINES"] = environment.Machines, ["SERVICES"] = model.Services.Select(s => s.Name).Append(model.Gateway.Name),
            ["WRITERS"] = model.Services.Where(s => s.Stores.Count > 0 && s.Services.Count > 0).Select(s => s.Name).Append(model.Gateway.Name),
            ["STORES"] = model.Stores.Select(s => $"{s.Name}:{string.Join(',', MachinesOf(s).Select(m => environment.Machines.ToList().IndexOf(m)))}"),
        });
    }

    /// <summary>Writes a script from <c>Deployment/Files</c>; its placeholders are lists of words.</summary>
    private void WriteScript(string name, Dictionary<string, IEnumerable<string>> marks) => output.Write(name,
        OutputFolder.Read(name, [.. marks.Select(m => (m.Key, string.Join(' ', m.Value)))]));

    private static string AddressOf(string machine) => $"{machine}-address";

    private int PortOf(string service) => FirstServicePort + model.Services.Select(s => s.Name).ToList().IndexOf(service);

    private IEnumerable<Store> StoresOn(string machine) => model.Stores.Where(s => MachinesOf(s).Contains(machine));

    // A Redis is on all machines. The first one is that of its placement.
    private IReadOnlyList<string> MachinesOf(Store store) =>
        [.. environment.Machines.Where(m => m == environment.Placement[store.Name] || store.Kind == StoreKind.Redis)
            .OrderBy(m => m != environment.Placement[store.Name])];

    private ReplicatedRedis Replicated(Store store) => new(store, MachinesOf(store), AddressOf, Mark);

    private void WriteMachine(string machine)
    {
        foreach (var service in model.Services) WriteService(machine, service);
        WriteGateway(machine);
        foreach (var store in StoresOn(machine)) WriteStore(machine, store);
        output.Write($"{machine}/machine.conf", Note +
            "# Used among the machines; empty: the address of ssh. To set it, publish with Machines__NAME__PrivateAddress.\n" +
            $"private_address='{environment.PrivateAddresses.GetValueOrDefault(machine)}'\n" +
            "# UNIT:USER in start order; below, the units that are part of a release, UNIT:PORT.\n" +
            $"stores=({string.Join(' ', StoresOn(machine).SelectMany(UnitsOf))})\n" +
            $"programs=({string.Join(' ', StoresOn(machine).Where(HasGateway).Select(s => $"{s.Name}:{s.Port}"))})\n");
    }

    private static bool HasGateway(Store store) => store.Kind == StoreKind.MongoDB;

    /// <summary>Gets the units of a store, each with its user.</summary>
    private IEnumerable<string> UnitsOf(Store store) => store.Kind switch
    {
        StoreKind.Redis => Replicated(store).Units,
        StoreKind.MongoDB => [$"{store.Name}-engine:{UserOf(store)}", $"{store.Name}:{UserOf(store)}"],
        _ => [$"{store.Name}:{UserOf(store)}"],
    };

    // Administrators of Postgres and of the document engine have no password: they log in as their machine's user. Redis has no such login.
    private IEnumerable<string> SecretsOf(Store store) => store.Kind == StoreKind.Redis ? Replicated(store).Secrets : store.ServiceSecrets;

    private static string Mark(string secret) => $"@{DeploymentModel.VariableOf(secret)}@";

    private void WriteService(string machine, Service service)
    {
        var stores = service.Stores.Select(c => c.Store).Distinct().Where(s => MachinesOf(s).Contains(machine));
        // All machines, its own first: a caller balances between them, and tries the next one if one does not answer. They are arguments and not variables,
        // because systemd rejects a variable whose name contains a dash.
        var addresses = from other in service.Services
                        from near in environment.Machines.OrderBy(m => m != machine).Index()
                        select $" --services:{other}:http:{near.Index}=http://{AddressOf(near.Item)}:{PortOf(other)}";
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

        var values = new Values(name => AddressOf(environment.Placement[name]), endpoint => endpoint.TargetPort ?? 0,
            p => Mark(p.Name));
        var text = new StringBuilder(Note).Append(CultureInfo.InvariantCulture, $"ASPNETCORE_HTTP_PORTS={PortOf(service.Name)}\n");
        text.Append(CultureInfo.InvariantCulture, $"OTEL_SERVICE_NAME={service.Name}\nOTEL_RESOURCE_ATTRIBUTES=service.instance.id={machine}\n");
        text.Append("OTEL_TRACES_SAMPLER=parentbased_traceidratio\nOTEL_TRACES_SAMPLER_ARG=0.01\n");
        foreach (var connection in service.Stores)
        {
            var isReplicated = connection.Store.Kind == StoreKind.Redis;
            var address = isReplicated ? Replicated(connection.Store).Hosts
                : $"{AddressOf(environment.Placement[connection.Store.Name])}:{connection.Store.Port}";
            if (isReplicated) text.Append(CultureInfo.InvariantCulture, $"Stock__ReplicasToConfirm={ReplicatedRedis.ReplicasToConfirm}\n");
            text.Append(CultureInfo.InvariantCulture, $"ConnectionStrings__{connection.Name}=\"{connection.Write(address, Mark(connection.Secret))}\"\n");
        }
        foreach (var (name, value) in service.Environment) text.Append(CultureInfo.InvariantCulture, $"{name}=\"{values.Write(value)}\"\n");
        if (service.HasProperties)
        {
            text.Append(CultureInfo.InvariantCulture, $"CONFIG_FILE=/etc/shop/{service.Name}/config.properties\n");
            // The connection string contains a password, so it is in the environment, in a file that only root can read.
            output.Write($"{machine}/{service.Name}/config.properties",
                $"{Note}instance_id = {machine}\napi_port = {PortOf(service.Name)}\n");
        }

        output.Write($"{machine}/env/{service.Name}.env", text.ToString());
    }

    private void WriteNginx()
    {
        var addresses = model.Services.SelectMany(s => environment.Machines.Index()
            .Select(m => ($"services__{s.Name}__http__{m.Index}", $"http://{AddressOf(m.Item)}:{PortOf(s.Name)}"))).ToDictionary();
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
        switch (store.Kind)
        {
            case StoreKind.Postgres:
                var databases = store.Databases.SelectMany(d => Addresses.Select(a => $"host {d.DatabaseName} {d.Owner} {a}/32 scram-sha-256\n"));
                WritePostgres(machine, store, store.Name, "postgres-owners.sh", "local all postgres peer\nlocal replication postgres peer\n" +
                    string.Concat(databases), ["listen_addresses=*", .. store.Arguments.Where(a => a != "-c")]);
                break;
            case StoreKind.MongoDB:
                WritePostgres(machine, store, $"{store.Name}-engine", "documentdb-owners.sh",
                    "# Only through the socket, in a folder that only this server's user can enter.\nlocal all all trust\nlocal replication all trust\n",
                    DocumentDbSettings(EngineFolder(store)));
                WriteDocumentGateway(machine, store);
                break;
            case StoreKind.Redis:
                Replicated(store).Write(output, machine, Note);
                break;
        }
    }

    private static string EngineFolder(Store store) => $"/run/shop-{store.Name}-engine";

    private void WritePostgres(string machine, Store store, string unit, string owners, string access, IEnumerable<string> settings)
    {
        var run = $"/run/shop-{unit}";
        output.Write($"{machine}/units/shop-{unit}.service", Units.Write($"Shop: {unit} (PostgreSQL)", UserOf(store), [],
        [
            $"StateDirectory=shop/{unit}", "StateDirectoryMode=0700", $"RuntimeDirectory=shop-{unit}", "RuntimeDirectoryMode=0700",
            "Type=notify", "TimeoutStartSec=120", "KillSignal=SIGINT", "KillMode=mixed",
            "Environment=PATH=/opt/shop/postgresql/bin:/usr/bin:/bin TZ=GMT LC_ALL=C POSTGRES_USER=postgres",
            $"Environment=PGDATA=/var/lib/shop/{unit}/data PGHOST={run} PGPORT={store.Port}",
            $"LoadCredential=passwords:/etc/shop/{unit}.env",
            $"ExecStartPre=/etc/shop/{unit}/init.sh",
            $"ExecStart=/opt/shop/postgresql/bin/postgres -p {store.Port} -c unix_socket_directories={run} -c hba_file=/etc/shop/{unit}/pg_hba.conf " +
                string.Join(' ', settings.Select(s => $"-c {s}")),
            $"ExecStartPost=/etc/shop/{unit}/owners.sh",
        ], Addresses, "6G", "120"));
        output.Write($"{machine}/{unit}/pg_hba.conf", Note + access);
        output.WriteResource($"{machine}/{unit}/init.sh", "postgres-init.sh");
        output.Write($"{machine}/{unit}/owners.sh", Owners.Script(owners, store,
            d => $"$(sed -n 's/^{d.Owner}=//p' \"$CREDENTIALS_DIRECTORY/passwords\")"));
        output.Write($"{machine}/env/{unit}.env", Note + string.Concat(store.Databases.Select(d => $"{d.Owner}={Mark(d.Secret)}\n")));
    }

    // The AppHost's settings without containers; Integrations/NativeEngines/PostgresRecipe.cs has the reasons.
    private static string[] DocumentDbSettings(string folder) =>
    [
        "listen_addresses=", "unix_socket_permissions=0700",
        "shared_preload_libraries=pg_cron,pg_documentdb_core,pg_documentdb,pg_documentdb_extended_rum",
        "documentdb.alternate_index_handler_name=extended_rum", "documentdb.useFileBasedPersistedCursors=on",
        "documentdb.defaultCursorExpiryTimeLimitSeconds=600", "documentdb_core.enableCollation=on", $"documentdb.localhost_connection_string=host={folder}",
        "cron.database_name=postgres", "cron.use_background_workers=on", "cron.log_run=off", "cron.log_statement=off", "max_worker_processes=16",
        "hash_mem_multiplier=200", "shared_buffers=1GB", "maintenance_work_mem=512MB", "max_wal_size=6GB", "checkpoint_timeout=15min", "wal_compression=lz4",
    ];

    private void WriteDocumentGateway(string machine, Store store)
    {
        var folder = DocumentGateway.Split(':')[0];
        output.Write($"{machine}/units/shop-{store.Name}.service", Units.Write($"Shop: {store.Name} (its protocol, in front of the engine)", UserOf(store),
            [$"shop-{store.Name}-engine.service"],
        [
            "Type=exec",
            $"WorkingDirectory=/opt/shop/current/{folder}",
            $"ExecStart=/opt/shop/current/{folder}/DocumentDb.Gateway",
            $"Environment=Gateway__Address=0.0.0.0 Gateway__Port={store.Port}",
            $"Environment=\"Gateway__Engine=Host={EngineFolder(store)};Port={store.Port};Username=postgres;Database=postgres\"",
        ], Addresses, "1G"));
    }

    private static string Lower(string text) => string.Concat(text.Select(char.ToLowerInvariant));
}
