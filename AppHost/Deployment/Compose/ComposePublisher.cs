using System.Globalization;

namespace AppHost.Deployment.Compose;

/// <summary>Writes one Compose file, nginx's configuration and a sample of <c>.env</c>, which holds the secrets and is not committed.</summary>
internal sealed class ComposePublisher(DeploymentModel model, OutputFolder output)
{
    private const int ServicePort = 8080, GatewayPort = 8000, HttpsPort = 8443;
    private const string Front = "front", Back = "back";

    public void Write()
    {
        var services = new Map { [model.Gateway.Name] = Gateway() };
        foreach (var service in model.Services) services[service.Name] = Service(service);
        foreach (var store in model.Stores) services[store.Name] = Server(store);
        services[Dashboard.Name] = DashboardService();
        output.WriteYaml("docker-compose.yaml", new Map
        {
            ["name"] = "shop",
            ["services"] = services,
            // Only the gateway publishes a port on all addresses of the machine. Each store shares a network only with the services that use it.
            ["networks"] = new Map { [Front] = new Map(), [Back] = new Map { ["internal"] = true } }
                .With(Each(s => s.Name, _ => new Map { ["internal"] = true })),
            ["volumes"] = Each(s => $"{s.Name}-data", _ => new Map()),
            ["configs"] = new Map { ["nginx"] = new Map { ["file"] = "./nginx.conf" }, ["gateway"] = new Map { ["file"] = "./gateway.sh" } }.With(Files()),
        });
        // A recreated container has a new address, possibly one that another container had before, so names are always resolved again by Docker's DNS server.
        var nginx = NginxGateway.Configuration(GatewayPort.ToString(CultureInfo.InvariantCulture), model.Gateway.Routes,
            model.Services.ToDictionary(s => $"services__{s.Name}__http__0", s => $"http://{s.Name}:{ServicePort}"), model.Gateway.Limits, model.Gateway.Cors);
        output.WriteResource("gateway.sh", "gateway.sh");
        output.Write("nginx.conf", NginxGateway.WithCertificate(nginx, "/tmp")
            .Replace("http {\n", "http {\n  resolver 127.0.0.11 valid=5s ipv6=off;\n", StringComparison.Ordinal)
            .Replace(" max_fails=", " resolve max_fails=", StringComparison.Ordinal));
        var secrets = model.Stores.SelectMany(s => s.ServiceSecrets.Prepend(s.Password.Name)).Distinct().Concat(model.ServiceSecrets.Select(p => p.Name))
            .Select(DeploymentModel.VariableOf)
            .Concat(["DASHBOARD_BROWSER_TOKEN", "OTLP_API_KEY"]);
        output.Write(".env.sample", "# ./generate.sh creates .env from this, with random values.\n" +
            string.Concat(secrets.Select(s => $"{s}=LETTERS-AND-DIGITS-ONLY\n")) +
            $"IMAGE_TAG={DeploymentModel.ImageTag}\nGATEWAY_PORT={GatewayPort}\nGATEWAY_HTTPS_PORT={HttpsPort}\nHSTS_SECONDS=0\nCPUS=NUMBER-OF-CPUS\n");
        output.WriteResource("generate.sh", "generate-env.sh");
        output.Write(".gitignore", ".env\ntls/\n");
    }

    /// <summary>Writes the scripts that servers run at their first start.</summary>
    private Map Files()
    {
        var files = new Map();
        foreach (var store in model.Stores.Where(s => InitFile(s) is not null))
        {
            output.Write(InitFile(store)!, store.Kind == StoreKind.MongoDB ? Owners.MongoScript(store)
                : Owners.Script("postgres-owners.sh", store, Owners.Variable));
            files[$"{store.Name}-owners"] = new Map { ["file"] = $"./{InitFile(store)}" };
        }
        return files;
    }

    private static string? InitFile(Store store) => store.Kind switch
    {
        StoreKind.Postgres => $"{store.Name}-owners.sh",
        StoreKind.MongoDB => $"{store.Name}-owners.js",
        _ => null,
    };

    private Map Each(Func<Store, string> name, Func<Store, Map> value)
    {
        var map = new Map();
        foreach (var store in model.Stores) map[name(store)] = value(store);
        return map;
    }

    private static string Secret(string variable) => $"${{{variable}:?run ./generate.sh first}}";

    // Compose takes a dollar sign as the start of a variable.
    private static string Escape(string text) => text.Replace("$", "$$", StringComparison.Ordinal);

    private static Map Common() => new()
    {
        ["restart"] = "unless-stopped",
        ["read_only"] = true,
        ["cap_drop"] = new[] { "ALL" },
        ["security_opt"] = new[] { "no-new-privileges:true" },
        ["tmpfs"] = new[] { "/tmp" },
        ["logging"] = new Map { ["driver"] = "json-file", ["options"] = new Map { ["max-size"] = "10m", ["max-file"] = "3" } },
    };

    // Docker rejects a limit above the machine's number of CPUs; generate.sh counts them.
    private static Map Limits(string memory) => new() { ["cpus"] = "${CPUS:-1}", ["mem_limit"] = memory, ["pids_limit"] = 512 };

    private static Map Health(string[] test, string startPeriod = "60s") => new()
    {
        ["test"] = test, ["interval"] = "5s", ["timeout"] = "5s", ["retries"] = 3, ["start_period"] = startPeriod,
    };

    private static Map Healthy(IEnumerable<string> names)
    {
        var map = new Map();
        foreach (var name in names) map[name] = new Map { ["condition"] = "service_healthy" };
        return map;
    }

    private Map Gateway() => Common().With(Limits("256m")).With(new()
    {
        ["image"] = model.Gateway.Image,
        ["user"] = "101:101",
        ["command"] = new[]
        {
            "sh", "/etc/nginx/gateway.sh", "start", "/etc/nginx/tls", "/tmp", "nginx", "-e", "stderr", "-g", "daemon off; pid /tmp/nginx.pid;",
        },
        ["environment"] = new Map { ["HTTPS_PORT"] = $"${{GATEWAY_HTTPS_PORT:-{HttpsPort}}}", ["HSTS_SECONDS"] = "${HSTS_SECONDS:-0}" },
        ["tmpfs"] = new[] { "/tmp", "/var/cache/nginx:uid=101,gid=101" },
        ["ports"] = new[] { $"${{GATEWAY_PORT:-{GatewayPort}}}:{GatewayPort}", $"${{GATEWAY_HTTPS_PORT:-{HttpsPort}}}:{HttpsPort}" },
        ["volumes"] = new[] { "./tls:/etc/nginx/tls:ro" }, // a folder, so that a renewed certificate is seen
        ["configs"] = new[]
        {
            new Map { ["source"] = "nginx", ["target"] = "/etc/nginx/nginx.conf" }, new Map { ["source"] = "gateway", ["target"] = "/etc/nginx/gateway.sh" },
        },
        ["networks"] = new[] { Front, Back },
        ["depends_on"] = Healthy(model.Gateway.Routes.Select(r => r.Service.Name).Distinct()),
        ["healthcheck"] = Health(["CMD", "curl", "-fsS", $"http://127.0.0.1:{GatewayPort}/gateway/health"], "10s"),
    });

    private static Map Service(Service service)
    {
        var values = new Values(name => name, endpoint => endpoint.TargetPort ?? ServicePort, p => Secret(DeploymentModel.VariableOf(p.Name)));
        var environment = Dashboard.TelemetryOf(service, Secret("OTLP_API_KEY"));
        environment["ASPNETCORE_HTTP_PORTS"] = ServicePort.ToString(CultureInfo.InvariantCulture);
        if (service.HasProperties) environment["INSTANCE_ID"] = service.Name;
        foreach (var other in service.Services) environment[$"services__{other}__http__0"] = $"http://{other}:{ServicePort}";
        foreach (var connection in service.Stores)
            environment[$"ConnectionStrings__{connection.Name}"]
                = connection.Write($"{connection.Store.Name}:{connection.Store.Port}", Secret(DeploymentModel.VariableOf(connection.Secret)));
        foreach (var (name, value) in service.Environment) environment[name] = value is ParameterResource ? values.Write(value) : Escape(values.Write(value));
        return Common().With(Limits("512m")).With(new()
        {
            ["image"] = $"{service.Image}:${{IMAGE_TAG:-{DeploymentModel.ImageTag}}}",
            ["environment"] = environment,
            ["networks"] = service.Stores.Select(c => c.Store.Name).Distinct().Prepend(Back).ToArray(),
            ["depends_on"] = Healthy(service.Stores.Select(c => c.Store.Name).Concat(service.Services).Distinct()),
            // Chiseled images have no shell and no curl, so the program checks its own health.
            ["healthcheck"] = Health(["CMD", $"/app/{service.Project}", "--health", $"http://127.0.0.1:{ServicePort}/health"])
                .With(new() { ["interval"] = "10s" }),
            ["stop_grace_period"] = "60s",
        });
    }

    private static Map Server(Store store)
    {
        var values = new Values(name => name, _ => store.Port, p => Secret(DeploymentModel.VariableOf(p.Name)));
        var environment = new Map { ["HOME"] = "/tmp" };
        foreach (var (name, value) in store.Environment) environment[name] = values.Write(value);
        foreach (var database in store.Databases)
            environment[DeploymentModel.VariableOf(database.Secret)] = Secret(DeploymentModel.VariableOf(database.Secret));
        var server = Common().With(Limits("2g")).With(new()
        {
            ["image"] = store.Image,
            ["user"] = "999:999",
            ["environment"] = environment,
            ["volumes"] = new[] { $"{store.Name}-data:{store.DataFolder}" },
            ["networks"] = new[] { store.Name },
            ["stop_grace_period"] = "60s",
        });
        if (store.Entrypoint is not null) server["entrypoint"] = new[] { store.Entrypoint };
        var arguments = store.Kind == StoreKind.Redis ? Owners.Limited(store) : store.Arguments;
        if (arguments.Count > 0) server["command"] = arguments.Select(Escape).ToArray();
        if (InitFile(store) is { } file)
            server["configs"] = new[] { new Map { ["source"] = $"{store.Name}-owners", ["target"] = $"/docker-entrypoint-initdb.d/{file}" } };
        switch (store.Kind)
        {
            case StoreKind.Postgres:
                server["tmpfs"] = new[] { "/tmp", "/var/run/postgresql:uid=999,gid=999" };
                server["shm_size"] = "256m";
                server["healthcheck"] = Health(["CMD-SHELL", "pg_isready -q -h 127.0.0.1 -U \"$$POSTGRES_USER\""]);
                break;
            case StoreKind.Redis:
                server["healthcheck"] = Health(["CMD-SHELL", "REDISCLI_AUTH=$$REDIS_PASSWORD redis-cli ping | grep -q PONG"]);
                break;
            case StoreKind.MongoDB:
                server["tmpfs"] = new[] { "/tmp", "/data/configdb:uid=999,gid=999" };
                // By host name: the temporary server that only creates users listens on localhost only.
                server["healthcheck"] = Health(["CMD-SHELL", "mongosh --quiet --host \"$$(hostname)\" --eval 'db.adminCommand(\"ping\")'"])
                    .With(new() { ["interval"] = "15s" });
                break;
        }
        return server;
    }

    private static Map DashboardService() => Common().With(Limits("1g")).With(new()
    {
        ["image"] = Dashboard.Image,
        ["environment"] = new Dictionary<string, string>(Dashboard.Variables)
        {
            [Dashboard.TokenVariable] = Secret("DASHBOARD_BROWSER_TOKEN"), [Dashboard.KeyVariable] = Secret("OTLP_API_KEY"),
        },
        ["ports"] = new[] { $"127.0.0.1:{Dashboard.Port}:{Dashboard.Port}" },
        ["networks"] = new[] { Front, Back },
    });
}
