using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace Tests.Unit.Deployment;

/// <summary>Rules over all objects of an overlay, as kubectl builds it; a new service is covered by itself.</summary>
[Trait("Category", "Unit")]
public sealed partial class KubernetesTests(Published published) : IClassFixture<Published>
{
    private const string Name = "app.kubernetes.io/name";
    private static readonly string[] Workloads = ["Deployment", "StatefulSet", "DaemonSet", "Job"];
    private static readonly Dictionary<(string Root, string Overlay), YamlMappingNode[]> Built = [];

    public static TheoryData<string> Overlays => ["local", "production"];

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

    [Theory, MemberData(nameof(Overlays))]
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
                Assert.DoesNotContain(":latest", container.Text("image"), StringComparison.Ordinal);
                Assert.Contains(':', container.Text("image"));
            }
        }
    }

    [Theory, MemberData(nameof(Overlays))]
    public void Every_container_that_stays_has_probes_at_its_ports(string overlay)
    {
        foreach (var (o, pod) in Pods(overlay).Where(p => Kind(p.Object) != "Job"))
            foreach (var container in Containers(pod))
                foreach (var probe in new[] { "startupProbe", "livenessProbe", "readinessProbe" })
                {
                    Assert.True(container.Key(probe) is not null, $"{Id(o)}: no {probe}");
                    var port = container.Text($"{probe}/httpGet/port") + container.Text($"{probe}/tcpSocket/port");
                    if (port.Length > 0) Assert.Contains(port, container.Items("ports").Select(p => p.Text("containerPort")));
                    if (Kind(o) == "Deployment" && container.Text("image").StartsWith("shop/", StringComparison.Ordinal))
                        Assert.Equal(probe == "readinessProbe" ? "/health" : "/alive", container.Text($"{probe}/httpGet/path"));
                }
    }

    [Theory, MemberData(nameof(Overlays))]
    public void Every_deployment_scales_survives_drains_and_rolls(string overlay)
    {
        var objects = Build(overlay);
        var deployments = objects.Where(o => Kind(o) == "Deployment").ToArray();
        Assert.True(deployments.Length >= 6);
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

    [Theory, MemberData(nameof(Overlays))]
    public void Every_selector_finds_the_pods_it_means(string overlay)
    {
        var objects = Build(overlay);
        foreach (var o in objects.Where(o => Workloads.Contains(Kind(o)) && Kind(o) != "Job"))
            Assert.True(Selects(o.At("spec/selector/matchLabels"), o), Id(o));
        foreach (var service in objects.Where(o => Kind(o) == "Service"))
        {
            var (target, pod) = Pods(overlay).Single(p => Selects(service.At("spec/selector"), p.Object));
            var open = Containers(pod).SelectMany(c => c.Items("ports")).Select(p => p.Text("containerPort"));
            foreach (var port in service.Items("spec/ports")) Assert.Contains(port.Text("targetPort"), open);
            Assert.Equal(target.Text("metadata/name"), service.Text("metadata/name"));
        }

        foreach (var policy in objects.Where(o => Kind(o) == "NetworkPolicy"))
            foreach (var selector in policy.All().OfType<YamlMappingNode>().Select(n => n.Key("podSelector")).OfType<YamlMappingNode>())
                Assert.True(Pods(overlay).Any(p => Selects(selector.Key("matchLabels"), p.Object)) || IsOperators(objects, selector),
                    $"{Id(policy)}: {selector}");
    }

    [Theory, MemberData(nameof(Overlays))]
    public void Everything_referred_to_is_there(string overlay)
    {
        var objects = Build(overlay);
        var secrets = objects.Where(o => Kind(o) == "Secret").Select(o => o.Text("metadata/name"))
            .Concat(objects.Where(o => Kind(o) == "Cluster").Select(o => o.Text("metadata/name") + "-app")) // made by CloudNativePG
            .Concat(objects.Where(o => Kind(o) == "Certificate").Select(o => o.Text("spec/secretName"))).ToHashSet();
        string[] Named(string kind) => [.. objects.Where(o => Kind(o) == kind).Select(o => o.Text("metadata/name"))];
        foreach (var o in objects)
            foreach (var map in o.All().OfType<YamlMappingNode>())
            {
                if (map.Text("secretKeyRef/name") is { Length: > 0 } secret) Assert.True(secrets.Contains(secret), $"{Id(o)}: secret {secret}");
                if (map.Text("passwordSecretRef/name") is { Length: > 0 } password) Assert.True(secrets.Contains(password), $"{Id(o)}: secret {password}");
                if (Kind(o) != "Certificate" && map.Text("secretName") is { Length: > 0 } volume) Assert.Contains(volume, secrets);
                if (map.Text("configMap/name") is { Length: > 0 } config) Assert.Contains(config, Named("ConfigMap"));
                if (map.Text("backend/service/name") is { Length: > 0 } backend) Assert.Contains(backend, Named("Service"));
                if (map.Text("serviceAccountName") is { Length: > 0 } account) Assert.Contains(account, Named("ServiceAccount"));
            }

        foreach (var account in objects.Where(o => Kind(o) == "ServiceAccount")) Assert.Equal("false", account.Text("automountServiceAccountToken"));
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
            if (name == "gateway") continue; // the door
            Assert.All(callers, rule => Assert.NotEmpty(rule.Items("from")));
            var allowed = callers.SelectMany(r => r.Items("from")).Select(f => f.At("podSelector/matchLabels").Key(Name).Value()).ToHashSet();
            var users = Pods(overlay).Where(p => Mentions(p.Pod, name)).Select(p => p.Object.Text("metadata/name")).Append("gateway").ToHashSet();
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

    // An address in a variable counts as use: of a service by its name, of a cluster by the names of its members.
    private static bool Mentions(YamlNode pod, string name) => Containers(pod).SelectMany(c => c.Items("env")).Select(v => v.Text("value"))
        .Any(v => Regex.IsMatch(v, $@"(//|Host=|^|@|,){Regex.Escape(name)}(-rw|-\d\.[\w-]+)?[:;]"));

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

    // Pods of operators: their labels come from the operator, for an object that is here.
    private static bool IsOperators(YamlMappingNode[] objects, YamlMappingNode selector)
        => selector.Key("matchLabels").Entries().Any(l => objects.Any(o =>
            (Kind(o) == "Cluster" && l.Key == "cnpg.io/cluster" && l.Value.Value() == o.Text("metadata/name"))
            || (Kind(o) == "MongoDBCommunity" && l.Key == "app" && l.Value.Value() == o.Text("metadata/name") + "-svc")));

    private static bool Selects(YamlNode? labels, YamlNode workload)
        => labels.Entries() is { Length: > 0 } wanted
        && wanted.All(l => workload.At("spec/template/metadata/labels").Key(l.Key).Value() == l.Value.Value());

    private static string Kind(YamlNode o) => o.Text("kind");

    private static string Id(YamlNode o) => $"{Kind(o)} {o.Text("metadata/name")}";

    private static YamlNode[] Containers(YamlNode pod) => [.. pod.Items("initContainers"), .. pod.Items("containers")];

    private IEnumerable<(YamlMappingNode Object, YamlNode Pod)> Pods(string overlay)
        => Build(overlay).Where(o => Workloads.Contains(Kind(o))).Select(o => (o, o.At("spec/template/spec")!));

    private YamlMappingNode[] Build(string overlay)
    {
        Assert.SkipUnless(Published.Has("kubectl"), "kubectl is not on this machine");
        if (Built.TryGetValue((published.Root, overlay), out var objects)) return objects;
        var folder = $"kubernetes/overlays/{overlay}";
        published.Run($"{folder}/secrets", "sh", "generate.sh");
        return Built[(published.Root, overlay)] =
        [
            .. Yaml.Documents(published.Run(folder, "kubectl", "kustomize", ".")),
            .. Yaml.Documents(published.Run($"{folder}/secrets", "kubectl", "kustomize", ".")),
        ];
    }

    [GeneratedRegex("^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$")]
    private static partial Regex DnsLabel();

    [GeneratedRegex("^[0-9]+$")]
    private static partial Regex Digits();

    [GeneratedRegex(@"\$\((\w+)\)")]
    private static partial Regex Use();

    // A password that is not a variable.
    [GeneratedRegex(@"(?i)(password=|:)(?!\$\()[^\s;:/]+@|password=(?!\$)[^\s;]+")]
    private static partial Regex Literal();
}
