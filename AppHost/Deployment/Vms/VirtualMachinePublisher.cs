using System.Globalization;
using System.Text;

namespace AppHost.Deployment.Vms;

/// <summary>
/// Writes a folder a machine and the script that deploys them. What is known only when deploying stands as a mark: <c>NAME-address</c> for a machine's address,
/// <c>@NAME@</c> for a secret; <c>install.sh</c> puts the values in.
/// </summary>
internal sealed class VirtualMachinePublisher(DeploymentModel model, VirtualMachineEnvironmentResource environment, OutputFolder output)
{
    private const int FirstServicePort = 5101, GatewayPort = 8000;
    private const string Note = "# Written by `dotnet run --project AppHost -- publish`; change AppHost/ and publish again.\n";

    private string[] Addresses => [.. environment.Machines.Select(AddressOf)];

    public void Write()
    {
        foreach (var store in model.Stores.Where(s => !environment.Placement.ContainsKey(s.Name)))
            throw new DistributedApplicationException($"'{store.Name}' is placed on no machine of '{environment.Name}'; say WithPlacement.");
        foreach (var machine in environment.Machines) WriteMachine(machine);
        output.Write("deploy.sh", OutputFolder.Read("deploy.sh")
            .Replace("@MACHINES@", string.Join(' ', environment.Machines), StringComparison.Ordinal)
            .Replace("@SERVICES@", string.Join(' ', model.Services.Select(s => $"{s.Name}:{s.Project}")), StringComparison.Ordinal));
    }

    private static string AddressOf(string machine) => $"{machine}-address";

    private int PortOf(string service) => FirstServicePort + model.Services.Select(s => s.Name).ToList().IndexOf(service);

    private IEnumerable<Store> StoresOn(string machine) => model.Stores.Where(s => environment.Placement[s.Name] == machine);

    private void WriteMachine(string machine)
    {
        foreach (var service in model.Services) WriteService(machine, service);
        WriteGateway(machine);
        foreach (var store in StoresOn(machine)) WriteStore(machine, store);
        output.Write($"{machine}/install.sh", OutputFolder.Read("install.sh")
            .Replace("@MACHINE@", machine, StringComparison.Ordinal)
            .Replace("@MACHINES@", string.Join(' ', environment.Machines), StringComparison.Ordinal)
            .Replace("@STORES@", string.Join(' ', StoresOn(machine).Select(s => $"{s.Name}:{UserOf(s)}")), StringComparison.Ordinal)
            .Replace("@KINDS@", string.Join(' ', StoresOn(machine).Select(s => Lower(s.Kind.ToString()))), StringComparison.Ordinal)
            .Replace("@SECRETS@", string.Join(' ', model.Stores.Select(s => s.Password).Concat(model.ServiceSecrets)
                .Select(p => DeploymentModel.VariableOf(p.Name))), StringComparison.Ordinal)
            .Replace("@SERVICES@", string.Join(' ', model.Services.Select(s => $"{s.Name}:{PortOf(s.Name)}")), StringComparison.Ordinal)
            .Replace("@GATEWAY@", $"{model.Gateway.Name}:{GatewayPort}", StringComparison.Ordinal));
    }

    private void WriteService(string machine, Service service)
    {
        var stores = service.Stores.Select(c => c.Store).Distinct().Where(s => environment.Placement[s.Name] == machine);
        output.Write($"{machine}/units/shop-{service.Name}.service", Units.Write($"Shop: {service.Name}", "shop", stores.Select(s => $"shop-{s.Name}.service"),
        [
            "Type=exec",
            $"WorkingDirectory=/opt/shop/current/{service.Name}",
            $"ExecStart=/opt/shop/current/{service.Name}/{service.Project}",
            $"EnvironmentFile=/etc/shop/{service.Name}.env",
            "# OTEL_EXPORTER_OTLP_ENDPOINT and the like, where there is a collector on this machine.",
            "EnvironmentFile=-/etc/shop/telemetry.env",
        ], Addresses, "1G"));

        var values = new Values(name => AddressOf(environment.Placement[name]), endpoint => endpoint.TargetPort ?? 0,
            p => $"@{DeploymentModel.VariableOf(p.Name)}@");
        var text = new StringBuilder(Note).Append(CultureInfo.InvariantCulture, $"ASPNETCORE_HTTP_PORTS={PortOf(service.Name)}\n");
        text.Append(CultureInfo.InvariantCulture, $"OTEL_SERVICE_NAME={service.Name}\nOTEL_RESOURCE_ATTRIBUTES=service.instance.id={machine}\n");
        text.Append("OTEL_TRACES_SAMPLER=parentbased_traceidratio\nOTEL_TRACES_SAMPLER_ARG=0.01\n");
        // Every machine's, its own first: a caller balances between them, and goes on to the next where one does not answer.
        foreach (var other in service.Services)
            foreach (var (n, near) in environment.Machines.OrderBy(m => m != machine).Index())
                text.Append(CultureInfo.InvariantCulture, $"services__{other}__http__{n}=http://{AddressOf(near)}:{PortOf(other)}\n");
        foreach (var connection in service.Stores)
            text.Append(CultureInfo.InvariantCulture, $"ConnectionStrings__{connection.Name}=\"{values.Write(connection.Source)}\"\n");
        foreach (var (name, value) in service.Environment) text.Append(CultureInfo.InvariantCulture, $"{name}=\"{values.Write(value)}\"\n");
        if (service.HasProperties)
        {
            text.Append(CultureInfo.InvariantCulture, $"CONFIG_FILE=/etc/shop/{service.Name}/config.properties\n");
            // The connection string has a password and comes with the environment, from a file that root alone can read.
            output.Write($"{machine}/{service.Name}/config.properties",
                $"{Note}instance_id = {machine}\napi_port = {PortOf(service.Name)}\n");
        }

        output.Write($"{machine}/env/{service.Name}.env", text.ToString());
    }

    private void WriteGateway(string machine)
    {
        var name = model.Gateway.Name;
        var addresses = model.Services.SelectMany(s => environment.Machines.Index()
            .Select(m => ($"services__{s.Name}__http__{m.Index}", $"http://{AddressOf(m.Item)}:{PortOf(s.Name)}"))).ToDictionary();
        var configuration = NginxGateway.Configuration(GatewayPort.ToString(CultureInfo.InvariantCulture), model.Gateway.Routes, addresses);
        // The distribution's nginx keeps these where only root can write.
        var folders = string.Concat(new[] { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" }.Select(k => $"  {k}_temp_path /run/shop-{name}/{k};\n"));
        output.Write($"{machine}/nginx.conf", Note + configuration.Replace("http {\n", "http {\n" + folders, StringComparison.Ordinal));
        output.Write($"{machine}/units/shop-{name}.service", Units.Write($"Shop: {name} (nginx)", "shop", [],
        [
            "Type=exec",
            $"RuntimeDirectory=shop-{name}",
            $"ExecStart=/usr/sbin/nginx -c /etc/shop/nginx.conf -e stderr -g \"daemon off; pid /run/shop-{name}/nginx.pid;\"",
            "ExecReload=/bin/kill -HUP $MAINPID",
            "KillSignal=SIGQUIT",
            "# Accepts the gateway's clients, wherever they are; it is the only unit that does.",
        ], null, "512M"));
    }

    private static string UserOf(Store store) => store.Kind switch
    {
        StoreKind.Postgres => "postgres",
        StoreKind.Redis => "redis",
        _ => "mongodb",
    };

    private void WriteStore(string machine, Store store)
    {
        var (secret, unit) = ($"@{DeploymentModel.VariableOf(store.Password.Name)}@", $"shop-{store.Name}");
        var state = $"/var/lib/shop/{store.Name}";
        List<string> main = [$"StateDirectory=shop/{store.Name}", "StateDirectoryMode=0700", $"RuntimeDirectory={unit}"];
        switch (store.Kind)
        {
            case StoreKind.Postgres:
                main.AddRange(
                [
                    "Type=notify", "TimeoutStartSec=120", "KillSignal=SIGINT", "KillMode=mixed",
                    $"Environment=PGDATA={state}/data PGHOST=/run/{unit} \"DATABASES={string.Join(' ', store.Databases.Select(d => d.DatabaseName))}\"",
                    $"LoadCredential=password:/etc/shop/{store.Name}.password",
                    $"ExecStartPre=/etc/shop/{store.Name}/init.sh",
                    $"ExecStart=/opt/shop/postgresql/bin/postgres -p {store.Port} -c listen_addresses=* -c unix_socket_directories=/run/{unit} " +
                        $"-c hba_file=/etc/shop/{store.Name}/pg_hba.conf {string.Join(' ', store.Arguments)}",
                    $"ExecStartPost=/etc/shop/{store.Name}/databases.sh",
                ]);
                output.Write($"{machine}/{store.Name}/pg_hba.conf", Note + "local all postgres peer\n" +
                    string.Concat(Addresses.Prepend("127.0.0.1").Select(a => $"host all all {a}/32 scram-sha-256\n")));
                output.WriteResource($"{machine}/{store.Name}/init.sh", "postgres-init.sh");
                output.WriteResource($"{machine}/{store.Name}/databases.sh", "postgres-databases.sh");
                break;
            case StoreKind.Redis:
                // The model's own command line; a dollar is systemd's before it is the shell's.
                main.AddRange(
                [
                    "Type=exec", $"EnvironmentFile=/etc/shop/{store.Name}.env",
                    $"ExecStart=/bin/sh -c \"{store.Arguments[^1].Replace("$", "$$", StringComparison.Ordinal)} --port {store.Port} --bind 0.0.0.0 " +
                        $"--dir {state} --daemonize no --logfile ''\"",
                ]);
                output.Write($"{machine}/env/{store.Name}.env", $"{Note}REDIS_PASSWORD={secret}\n");
                break;
            case StoreKind.MongoDB:
                main.AddRange(
                [
                    "Type=exec", "TimeoutStartSec=120", $"EnvironmentFile=/etc/shop/{store.Name}.env",
                    $"ExecStart=/usr/bin/mongod --auth --bind_ip_all --port {store.Port} --dbpath {state} --unixSocketPrefix /run/{unit} --nounixsocket",
                    $"ExecStartPost=/etc/shop/{store.Name}/user.sh",
                ]);
                output.Write($"{machine}/env/{store.Name}.env", $"{Note}MONGO_PORT={store.Port}\nMONGO_PASSWORD={secret}\n");
                output.WriteResource($"{machine}/{store.Name}/user.sh", "mongodb-user.sh");
                break;
        }

        output.Write($"{machine}/units/{unit}.service",
            Units.Write($"Shop: {store.Name}", UserOf(store), [], main, Addresses, store.Kind == StoreKind.Redis ? "4G" : "6G", "120"));
    }

    private static string Lower(string text) => string.Concat(text.Select(char.ToLowerInvariant));
}
