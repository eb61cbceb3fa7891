using System.Globalization;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using Tests.Repository;
using YamlDotNet.RepresentationModel;

namespace Tests.Unit.Deployment;

/// <summary>
/// Rules for all objects of an overlay, as built by kubectl. New services are covered automatically. <c>my-shop</c> is the overlay from docs/deployment.md;
/// <c>gateway-api</c> is the same overlay with that component and <c>managed-redis</c> instead of the others.
/// </summary>
[Trait("Category", "Unit"), SupportedOSPlatform("linux")]
public sealed partial class KubernetesTests(Published published) : IClassFixture<Published>
{
    private const string Name = "app.kubernetes.io/name", PodName = "statefulset.kubernetes.io/pod-name";
    private static readonly string[] Workloads = ["Deployment", "StatefulSet", "DaemonSet", "Job"];
    private static readonly Dictionary<(string Root, string Overlay), YamlMappingNode[]> Built = [];

    public static TheoryData<string> Overlays => ["local", "production", "my-shop", "gateway-api"];

    public static TheoryData<string> WithLocust => [.. Overlays.Select(o => o.Data), "locust"];

    [Theory, MemberData(nameof(Overlays))]
    public void Names_are_DNS_labels_and_ports_are_numbers(string overlay)
    {
        foreach (var o in Build(overlay))
        {
            Assert.Matches(DnsLabel(), o.Text("metadata/name"));
            foreach (var map in o.All().OfType<YamlMappingNode>())
                foreach (var (key, value) in map.Entries().Where(e => e.Key is "containerPort" or "targetPort" or "number" || e is ("port", YamlScalarNode)))
                    Assert.True(int.TryParse(value.Value(), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535,
                        $"{Id(o)}: {key} {value}");
        }
        Assert.Equal(Build(overlay).Length, Build(overlay).Select(Id).Distinct().Count());
    }

    [Theory, MemberData(nameof(WithLocust))]
    public void Every_object_matches_the_schema_of_its_kind(string overlay)
        => Assert.Equal("", string.Join('\n', Build(overlay).SelectMany(o => ObjectSchemas.Errors(o).Select(error => $"{Id(o)}: {error}"))));

    [Theory, MemberData(nameof(WithLocust))]
    public void Every_container_is_confined(string overlay)
    {
        foreach (var (o, pod) in Pods(overlay))
        {
            Assert.Equal("false", pod.Text("automountServiceAccountToken"));
            Assert.Equal("true", pod.Text("securityContext/runAsNonRoot"));
            Assert.NotEqual("0", pod.Text("securityContext/runAsUser"));
            Assert.Matches(Digits(), pod.Text("securityContext/runAsUser"));
            Assert.Equal("RuntimeDefault", pod.Text("securityContext/seccompProfile/type"));
            Assert.Empty(pod.Text("hostNetwork") + pod.Text("hostPID") + pod.Text("hostIPC"));
            foreach (var container in Containers(pod))
            {
                Assert.Equal("true", container.Text("securityContext/readOnlyRootFilesystem"));
                Assert.Equal("false", container.Text("securityContext/allowPrivilegeEscalation"));
                Assert.Equal(["ALL"], container.Items("securityContext/capabilities/drop").Select(Yaml.Value));
                Assert.Empty(container.Text("securityContext/privileged"));
                foreach (var kind in new[] { "requests", "limits" })
                    foreach (var what in new[] { "cpu", "memory" })
                        Assert.True(container.Text($"resources/{kind}/{what}").Length > 0, $"{Id(o)}: no {kind} of {what}");
            }
        }
    }

    [Theory, MemberData(nameof(WithLocust))]
    public void Every_long_running_container_has_probes_at_its_ports_and_time_to_start(string overlay)
    {
        foreach (var (o, pod) in Pods(overlay).Where(p => Kind(p.Object) != "Job"))
            foreach (var container in Containers(pod))
            {
                int Seconds(string probe) => int.Parse(container.Text($"{probe}/periodSeconds"), CultureInfo.InvariantCulture)
                    * int.Parse(container.Text($"{probe}/failureThreshold"), CultureInfo.InvariantCulture);
                // A database replays its log after a crash, and a busy node is slow.
                Assert.True(Seconds("startupProbe") >= (Kind(o) == "StatefulSet" ? 3600 : 300), Id(o));
                Assert.True(Seconds("livenessProbe") >= 60, Id(o));
                foreach (var probe in new[] { "startupProbe", "livenessProbe", "readinessProbe" })
                {
                    Assert.True(container.Key(probe) is not null, $"{Id(o)}: no {probe}");
                    var port = container.Text($"{probe}/httpGet/port") + container.Text($"{probe}/tcpSocket/port");
                    if (port.Length > 0) Assert.Contains(port, container.Items("ports").Select(p => p.Text("containerPort")));
                    if (Kind(o) == "Deployment" && container.Text("image").StartsWith("shop/", StringComparison.Ordinal))
                        Assert.Equal(probe == "readinessProbe" ? "/health" : "/alive", container.Text($"{probe}/httpGet/path"));
                }
            }
    }

    [Theory, MemberData(nameof(Overlays))]
    public void Every_deployment_scales_survives_drains_and_rolls(string overlay)
    {
        var objects = Build(overlay);
        var deployments = objects.Where(o => Kind(o) == "Deployment" && o.Text("spec/strategy/type") != "Recreate").ToArray();
        Assert.True(deployments.Length >= 6);
        Assert.All(objects.Where(o => Kind(o) == "PodDisruptionBudget"), b => Assert.Equal("AlwaysAllow", b.Text("spec/unhealthyPodEvictionPolicy")));
        foreach (var o in deployments)
        {
            var name = o.Text("metadata/name");
            Assert.Equal(name, objects.Single(h => Kind(h) == "HorizontalPodAutoscaler" && h.Text("spec/scaleTargetRef/name") == name).Text("metadata/name"));
            Assert.Single(objects, b => Kind(b) == "PodDisruptionBudget" && Selects(b.At("spec/selector/matchLabels"), o));
            Assert.Equal("RollingUpdate", o.Text("spec/strategy/type"));
            Assert.Equal("0", o.Text("spec/strategy/rollingUpdate/maxUnavailable"));
            Assert.Empty(o.Text("spec/replicas"));
            var pod = o.At("spec/template/spec");
            Assert.NotEmpty(pod.Items("topologySpreadConstraints"));
            foreach (var spread in pod.Items("topologySpreadConstraints")) Assert.True(Selects(spread.At("labelSelector/matchLabels"), o));
            foreach (var container in Containers(pod!))
                Assert.True(int.Parse(container.Text("lifecycle/preStop/sleep/seconds"), CultureInfo.InvariantCulture)
                    < int.Parse(pod.Text("terminationGracePeriodSeconds"), CultureInfo.InvariantCulture));
        }
    }

    [Theory, MemberData(nameof(WithLocust))]
    public void Every_StatefulSet_has_a_volume_and_every_Job_a_versioned_name(string overlay)
    {
        var objects = Build(overlay);
        Assert.All(objects.Where(o => Kind(o) == "StatefulSet"), o => Assert.NotEmpty(o.Items("spec/volumeClaimTemplates")));
        Assert.All(objects.Where(o => o.Text("spec/strategy/type") == "Recreate"), o => Assert.Equal("1", o.Text("spec/replicas")));
        foreach (var job in objects.Where(o => Kind(o) == "Job"))
        {
            Assert.Matches("-[0-9a-f]{8}$", job.Text("metadata/name"));
            Assert.NotEmpty(job.Text("spec/ttlSecondsAfterFinished"));
        }
    }

    [Theory, MemberData(nameof(WithLocust))]
    public void Every_image_has_its_version_from_a_single_place(string overlay)
    {
        var images = Build(overlay).SelectMany(o => o.All().OfType<YamlMappingNode>()).SelectMany(map => new[] { map.Text("image"), map.Text("imageName") })
            .Where(i => i.Length > 0).ToArray();
        Assert.NotEmpty(images);
        // A version (for Postgres, including the distribution) or a digest.
        Assert.All(images, image => Assert.Matches(@"(:\d+\.\d+(\.\d+)?(-[a-z0-9-]+)?|@sha256:[0-9a-f]{64})$", image));
        Assert.All(images.Where(i => i.Contains("cloudnative-pg", StringComparison.Ordinal)), i => Assert.Matches(@":\d+\.\d+-(standard|system)-[a-z]+$", i));
        if (overlay == "my-shop")
            Assert.All(images.Where(i => i.Contains("shop/", StringComparison.Ordinal)), i => Assert.Contains("@sha256:", i, StringComparison.Ordinal));
        foreach (var file in Directory.GetFiles(Path.Combine(published.Root, "kubernetes"), "*.yaml", SearchOption.AllDirectories))
            Assert.DoesNotMatch(@"(image|imageName): *\S+:\S", File.ReadAllText(file));
    }

    [Theory, MemberData(nameof(Overlays))]
    public void Every_operated_database_is_spread_sized_monitored_and_has_a_certificate(string overlay)
    {
        var objects = Build(overlay);
        foreach (var cluster in objects.Where(o => Kind(o) == "Cluster"))
        {
            Assert.Equal("required", cluster.Text("spec/affinity/podAntiAffinityType"));
            Assert.Equal("true", cluster.Text("spec/monitoring/enablePodMonitor"));
            if (overlay != "my-shop") continue;
            var store = cluster.Items("spec/plugins").Single(p => p.Text("isWALArchiver") == "true").Text("parameters/barmanObjectName");
            Assert.Single(objects, o => Kind(o) == "ObjectStore" && o.Text("metadata/name") == store);
            Assert.Single(objects, o => Kind(o) == "ScheduledBackup" && o.Text("spec/cluster/name") == cluster.Text("metadata/name"));
        }

        foreach (var mongo in objects.Where(o => Kind(o) == "MongoDBCommunity"))
        {
            var (pod, labels) = (mongo.At("spec/statefulSet/spec/template/spec"), $"{mongo.Text("metadata/name")}-svc");
            var server = pod.Items("containers").Single(c => c.Text("name") == "mongod");
            Assert.Equal("true", mongo.Text("spec/security/tls/enabled"));
            Assert.True(Version.Parse(mongo.Text("spec/version")) >= new Version(8, 0, 17), "CVE-2025-14847");
            Assert.Contains($":{mongo.Text("spec/version")}-", server.Text("image"), StringComparison.Ordinal);
            Assert.Equal(server.Text("resources/requests/memory"), server.Text("resources/limits/memory"));
            Assert.Equal(labels, pod.Items("affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution").Single()
                .Text("labelSelector/matchLabels/app"));
            Assert.Single(objects, o => Kind(o) == "PodDisruptionBudget" && o.Text("spec/selector/matchLabels/app") == labels);
            Assert.Single(objects, o => Kind(o) == "RoleBinding" && o.Items("subjects").Single().Text("name") == pod.Text("serviceAccountName"));
            Assert.Contains(mongo.Items("spec/statefulSet/spec/volumeClaimTemplates"), v => v.Text("spec/resources/requests/storage") == "40Gi");
        }

        if (overlay == "local") return;
        foreach (var (o, pod) in Pods(overlay))
            foreach (var container in Containers(pod))
                foreach (var connection in container.Items("env").Where(v => v.Text("value").Contains("://customers:", StringComparison.Ordinal)
                    || v.Text("value").Contains("Host=", StringComparison.Ordinal)).Select(v => v.Text("value")))
                {
                    Assert.Matches("SSL Mode=VerifyFull;Root Certificate=|&tls=true", connection);
                    var file = connection.Split("Root Certificate=") is [_, var named] ? named
                        : container.Items("env").Single(v => v.Text("name") == "SSL_CERT_FILE").Text("value");
                    var mount = container.Items("volumeMounts").Single(m => file == $"{m.Text("mountPath")}/ca.crt").Text("name");
                    Assert.Equal(["ca.crt"], pod.Items("volumes").Single(v => v.Text("name") == mount).Items("secret/items").Select(i => i.Text("key")));
                }
    }

    [Theory, MemberData(nameof(Overlays))]
    public void There_is_one_entry_point_with_the_limits_of_the_gateway(string overlay)
    {
        var objects = Build(overlay);
        var door = Assert.Single(objects, o => Kind(o) is "Ingress" or "HTTPRoute");
        Assert.Equal(overlay == "gateway-api" ? "HTTPRoute" : "Ingress", Kind(door));
        if (Kind(door) == "HTTPRoute") return;
        Assert.Equal("/", Assert.Single(Assert.Single(door.Items("spec/rules")).Items("http/paths")).Text("path"));
        var largest = BodySize().Matches(File.ReadAllText(Path.Combine(published.Root, "kubernetes/base/nginx.conf")))
            .Max(m => int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture));
        var annotations = door.At("metadata/annotations");
        Assert.Equal($"{largest}m", annotations.Key("nginx.ingress.kubernetes.io/proxy-body-size").Value());
        Assert.Equal($"{largest}m", annotations.Key("nginx.org/client-max-body-size").Value());
        if (overlay == "local") return;
        Assert.NotEmpty(door.Text("spec/ingressClassName"));
        Assert.NotEmpty(annotations.Key("cert-manager.io/cluster-issuer").Value());
        Assert.Equal(door.Items("spec/rules").Select(r => r.Text("host")), door.Items("spec/tls").Single().Items("hosts").Select(Yaml.Value));
    }

    [Theory, MemberData(nameof(Overlays))]
    public void Names_are_resolved_by_the_cluster_s_server_and_the_node_s_cache(string overlay)
    {
        var rules = Build(overlay).Where(o => Kind(o) == "NetworkPolicy").SelectMany(o => o.Items("spec/egress"))
            .Where(rule => rule.Items("ports").Any(p => p.Text("port") == "53")).ToArray();
        Assert.NotEmpty(rules);
        Assert.All(rules.Where(r => r.Items("to").Length > 0), r => Assert.Contains(r.Items("to"), t => t.Text("ipBlock/cidr") == "169.254.20.10/32"));
        Assert.Equal(overlay == "my-shop", rules.Any(r => r.Items("to").Length == 0)); // dns-anywhere
    }

    [Fact]
    public void A_redis_elsewhere_leaves_nothing_of_the_overlay_s()
    {
        var objects = Build("gateway-api");
        Assert.DoesNotContain(objects, o => Kind(o) != "Secret" && o.Text("metadata/name").Split('-')[0] == "redis");
        var stock = objects.Single(o => Id(o) == "Deployment stock-api").At("spec/template/spec")!;
        Assert.DoesNotContain(stock.Items("volumes"), v => v.Text("name").StartsWith("redis", StringComparison.Ordinal));
        var variables = Containers(stock).Single().Items("env").ToDictionary(v => v.Text("name"));
        Assert.Equal("managed-redis", variables["ConnectionStrings__redis"].Text("valueFrom/secretKeyRef/name"));
        Assert.Empty(variables["ConnectionStrings__redis"].Text("value"));
        Assert.Equal("0", variables["Stock__ReplicasToConfirm"].Text("value"));
        Assert.DoesNotContain("REDIS_PASSWORD", variables.Keys);
    }

    [Theory, MemberData(nameof(Overlays))]
    public void Every_selector_matches_its_pods(string overlay)
    {
        var objects = Build(overlay);
        foreach (var o in objects.Where(o => Workloads.Contains(Kind(o)) && Kind(o) != "Job"))
            Assert.True(Selects(o.At("spec/selector/matchLabels"), o), Id(o));
        foreach (var service in objects.Where(o => Kind(o) == "Service"))
        {
            var (target, pod) = Pods(overlay).Single(p => Selects(service.At("spec/selector"), p.Object));
            var open = Containers(pod).SelectMany(c => c.Items("ports")).Select(p => p.Text("containerPort"));
            foreach (var port in service.Items("spec/ports")) Assert.Contains(port.Text("targetPort"), open);
            Assert.Equal(service.At("spec/selector").Key(PodName)?.Value() ?? target.Text("metadata/name"), service.Text("metadata/name"));
        }

        foreach (var policy in objects.Where(o => Kind(o) == "NetworkPolicy"))
            foreach (var selector in policy.All().OfType<YamlMappingNode>().Select(n => n.Key("podSelector")).OfType<YamlMappingNode>())
                Assert.True(Pods(overlay).Any(p => Selects(selector.Key("matchLabels"), p.Object)) || IsOperators(objects, selector),
                    $"{Id(policy)}: {selector}");
    }

    [Theory, MemberData(nameof(Overlays))]
    public void All_references_exist(string overlay)
    {
        var objects = Build(overlay);
        var secrets = objects.Where(o => Kind(o) == "Secret").Select(o => o.Text("metadata/name"))
            .Concat(objects.Where(o => Kind(o) == "Cluster").SelectMany(o => new[] { "app", "ca" }.Select(s => $"{o.Text("metadata/name")}-{s}")))
            .Concat(objects.Where(o => Kind(o) == "Certificate").Select(o => o.Text("spec/secretName")))
            .Concat(objects.Where(o => o.At("metadata/annotations").Key("cert-manager.io/cluster-issuer") is not null)
                .SelectMany(o => o.Items("spec/tls")).Select(t => t.Text("secretName"))) // created by CloudNativePG and cert-manager
            .Concat(CreatedSecret().Matches(SourceTree.Read("docs/deployment.md")).Select(m => m.Groups[1].Value)).ToHashSet();
        string[] Named(string kind) => [.. objects.Where(o => Kind(o) == kind).Select(o => o.Text("metadata/name"))];
        foreach (var o in objects)
            foreach (var map in o.All().OfType<YamlMappingNode>())
            {
                if (map.Text("secretKeyRef/name") is { Length: > 0 } secret) Assert.True(secrets.Contains(secret), $"{Id(o)}: secret {secret}");
                if (map.Text("passwordSecretRef/name") is { Length: > 0 } password) Assert.True(secrets.Contains(password), $"{Id(o)}: secret {password}");
                if (Kind(o) != "Certificate" && map.Text("secretName") is { Length: > 0 } volume) Assert.Contains(volume, secrets);
                foreach (var certificate in new[] { "certificateKeySecretRef", "caCertificateSecretRef" })
                    if (map.Text($"{certificate}/name") is { Length: > 0 } name) Assert.Contains(name, secrets);
                if (map.Text("configMap/name") is { Length: > 0 } config) Assert.Contains(config, Named("ConfigMap"));
                if (map.Text("backend/service/name") is { Length: > 0 } backend) Assert.Contains(backend, Named("Service"));
                if (map.Text("serviceAccountName") is { Length: > 0 } account) Assert.Contains(account, Named("ServiceAccount"));
            }

        var withRights = objects.Where(o => Kind(o) == "RoleBinding").SelectMany(o => o.Items("subjects")).Select(s => s.Text("name")).ToHashSet();
        foreach (var account in objects.Where(o => Kind(o) == "ServiceAccount" && !withRights.Contains(o.Text("metadata/name"))))
            Assert.Equal("false", account.Text("automountServiceAccountToken"));
        foreach (var (o, pod) in Pods(overlay)) CheckVariables(o, pod, objects, secrets);
    }

    [Theory, MemberData(nameof(Overlays))]
    public void Only_the_gateway_and_callers_reach_the_services_and_only_owners_their_stores(string overlay)
    {
        var objects = Build(overlay);
        var policies = objects.Where(o => Kind(o) == "NetworkPolicy").ToArray();
        var deny = policies.Single(p => p.Text("metadata/name") == "default-deny");
        Assert.Equal(["Ingress", "Egress"], deny.Items("spec/policyTypes").Select(Yaml.Value));
        foreach (var (o, pod) in Pods(overlay))
        {
            Assert.True(Selects(deny.At("spec/podSelector/matchLabels"), o), $"{Id(o)} is open");
            var name = o.Text("metadata/name");
            var callers = policies.Where(p => p.Text("metadata/name") != "default-deny" && Selects(p.At("spec/podSelector/matchLabels"), o))
                .SelectMany(p => p.Items("spec/ingress")).ToArray();
            if (name == "gateway") continue; // the entry point, open to all
            Assert.All(callers, rule => Assert.NotEmpty(rule.Items("from")));
            var allowed = callers.SelectMany(r => r.Items("from")).Select(f => f.At("podSelector/matchLabels").Key(Name).Value()).ToHashSet();
            var users = Pods(overlay).Where(p => Mentions(p.Pod, name)).Select(p => p.Object.At("spec/template/metadata/labels").Key(Name).Value())
                .Append("gateway").ToHashSet();
            Assert.Subset(users.Append(name).ToHashSet(), allowed.Where(a => a.Length > 0).ToHashSet());
        }

        foreach (var cluster in objects.Where(o => Kind(o) is "Cluster" or "MongoDBCommunity"))
        {
            var policy = policies.Single(p => p.Text("metadata/name") == cluster.Text("metadata/name"));
            var allowed = policy.Items("spec/ingress").SelectMany(r => r.Items("from")).Select(f => f.At("podSelector/matchLabels").Key(Name).Value())
                .Where(n => n.Length > 0);
            var owners = Pods(overlay).Where(p => Mentions(p.Pod, cluster.Text("metadata/name"))).Select(p => p.Object.Text("metadata/name"));
            Assert.Equal(owners.Order(), allowed.Order());
        }
    }

    [Fact]
    public void No_password_is_in_a_file()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(published.Root, "kubernetes"), "*.yaml", SearchOption.AllDirectories))
        {
            Assert.DoesNotMatch(Literal(), File.ReadAllText(file));
            Assert.DoesNotContain("kind: Secret\n", File.ReadAllText(file), StringComparison.Ordinal);
        }
    }

    // An address in a variable counts as a use: of a service by its name, of a cluster by the names of its members.
    private static bool Mentions(YamlNode pod, string name) => Containers(pod).SelectMany(c => c.Items("env")).Select(v => v.Text("value"))
        .Any(v => Regex.IsMatch(v, $@"(//|Host=|^|@|,){Regex.Escape(name)}(-rw|-\d(\.[\w.-]+)?)?[:;]"));

    private static void CheckVariables(YamlMappingNode o, YamlNode pod, YamlMappingNode[] objects, HashSet<string> secrets)
    {
        var names = objects.Where(s => Kind(s) == "Service").Select(s => s.Text("metadata/name")).ToHashSet();
        foreach (var container in Containers(pod))
        {
            HashSet<string> known = [];
            foreach (var variable in container.Items("env"))
            {
                foreach (Match use in Use().Matches(variable.Text("value")))
                    Assert.True(known.Contains(use.Groups[1].Value), $"{Id(o)}: {use.Value} is not set before {variable.Text("name")}");
                Assert.True(known.Add(variable.Text("name")), $"{Id(o)}: {variable.Text("name")} is set twice");
                if (variable.Text("name").StartsWith("services__", StringComparison.Ordinal))
                    Assert.Contains(new Uri(variable.Text("value")).Host, names);
            }
            Assert.NotEmpty(secrets);
        }
    }

    // Pods of operators get their labels from the operator, based on an object in this overlay.
    private static bool IsOperators(YamlMappingNode[] objects, YamlMappingNode selector)
        => selector.Key("matchLabels").Entries().Any(l => objects.Any(o =>
            (Kind(o) == "Cluster" && l.Key == "cnpg.io/cluster" && l.Value.Value() == o.Text("metadata/name"))
            || (Kind(o) == "MongoDBCommunity" && l.Key == "app" && l.Value.Value() == o.Text("metadata/name") + "-svc")));

    private static bool Selects(YamlNode? labels, YamlNode workload)
        => labels.Entries() is { Length: > 0 } wanted
        && wanted.All(l => l.Key == PodName ? HasPod(workload, l.Value.Value())
            : workload.At("spec/template/metadata/labels").Key(l.Key).Value() == l.Value.Value());

    // Kubernetes adds this label.
    private static bool HasPod(YamlNode workload, string name) => Kind(workload) == "StatefulSet"
        && Enumerable.Range(0, int.Parse(workload.Text("spec/replicas"), CultureInfo.InvariantCulture))
            .Any(n => name == $"{workload.Text("metadata/name")}-{n}");

    private static string Kind(YamlNode o) => o.Text("kind");

    private static string Id(YamlNode o) => $"{Kind(o)} {o.Text("metadata/name")}";

    private static YamlNode[] Containers(YamlNode pod) => [.. pod.Items("initContainers"), .. pod.Items("containers")];

    private IEnumerable<(YamlMappingNode Object, YamlNode Pod)> Pods(string overlay)
        => Build(overlay).Where(o => Workloads.Contains(Kind(o))).Select(o => (o, o.At("spec/template/spec")!));

    private YamlMappingNode[] Build(string overlay)
    {
        Assert.SkipUnless(Published.Has("kubectl"), "kubectl is not on this machine");
        if (Built.TryGetValue((published.Root, overlay), out var objects)) return objects;
        if (overlay == "locust")
            return Built[(published.Root, overlay)]
                = Yaml.Documents(published.Run(".", "kubectl", "kustomize", Path.Combine(SourceTree.Root, "LoadTest/Locust")));
        var isOwn = overlay is "my-shop" or "gateway-api";
        var secrets = $"kubernetes/overlays/{(isOwn ? "production" : overlay)}/secrets";
        published.Run(secrets, "sh", "generate.sh");
        if (isOwn) WriteOwn(overlay);
        return Built[(published.Root, overlay)] =
        [
            .. Yaml.Documents(published.Run(isOwn ? overlay : $"kubernetes/overlays/{overlay}", "kubectl", "kustomize", ".")),
            .. Yaml.Documents(published.Run(secrets, "kubectl", "kustomize", ".")),
        ];
    }

    // Builds the overlay of docs/deployment.md beside the published files, with images from push.sh and a stand-in for dotnet.
    private void WriteOwn(string overlay)
    {
        var documented = DocumentedOverlay().Match(SourceTree.Read("docs/deployment.md")).Value.Replace("../aspirate-output/", "../", StringComparison.Ordinal);
        if (overlay == "gateway-api")
            documented = $"{documented.Split("components:")[0]}components: [images, ../kubernetes/components/gateway-api, " +
                "../kubernetes/components/managed-redis]\n";
        var folder = Path.Combine(published.Root, overlay);
        Directory.CreateDirectory(Path.Combine(folder, "images"));
        File.WriteAllText(Path.Combine(folder, "kustomization.yaml"), documented);
        File.WriteAllText(Path.Combine(folder, "dotnet"), "#!/bin/sh\nprintf 'sha256:%064d\\n' 7\n");
        File.SetUnixFileMode(Path.Combine(folder, "dotnet"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        File.WriteAllText(Path.Combine(folder, "images/kustomization.yaml"), published.Run("kubernetes", "env",
            $"PATH={folder}:{Environment.GetEnvironmentVariable("PATH")}", "bash", "push.sh", "registry.example.com"));
    }

    [GeneratedRegex("^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$")]
    private static partial Regex DnsLabel();

    [GeneratedRegex(@"create secret generic (\S+)")]
    private static partial Regex CreatedSecret();

    [GeneratedRegex("^[0-9]+$")]
    private static partial Regex Digits();

    [GeneratedRegex(@"\$\((\w+)\)")]
    private static partial Regex Use();

    [GeneratedRegex(@"client_max_body_size (\d+)m")]
    private static partial Regex BodySize();

    [GeneratedRegex(@"# my-shop/kustomization\.yaml\n(?:(?!```).*\n)+")]
    private static partial Regex DocumentedOverlay();

    // A password that is not a variable.
    [GeneratedRegex(@"(?i)(password=|:)(?!\$\()[^\s;:/]+@|password=(?!\$)[^\s;]+")]
    private static partial Regex Literal();
}
