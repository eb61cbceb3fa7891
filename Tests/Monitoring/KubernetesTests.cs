using EngineRoots;
using Tests.Repository;
using Tests.Unit;
using Tests.Unit.Deployment;
using YamlDotNet.RepresentationModel;

namespace Tests.Monitoring;

/// <summary>The component for Kubernetes with the shop's own objects.</summary>
[Trait("Category", "Unit")]
public sealed class KubernetesTests
{
    private static readonly string[] Services = ["customer-api", "order-api", "payment-api", "stock-api", "storefront"];

    [Fact]
    public void Services_send_metrics_to_Prometheus_and_may_do_so()
    {
        var objects = Build();
        foreach (var service in Services)
        {
            var pod = objects.Single(one => one.Text("kind") == "Deployment" && one.Text("metadata/name") == service).At("spec/template/spec");
            var environment = pod.Items("containers")[0].Items("env").ToDictionary(static one => one.Text("name"), static one => one.Text("value"));
            Assert.Equal("http://prometheus:9090/api/v1/otlp/v1/metrics", environment["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"]);
            Assert.Equal("http/protobuf", environment["OTEL_EXPORTER_OTLP_METRICS_PROTOCOL"]);
            Assert.Equal("http://dashboard:18889", environment["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        }

        var policy = objects.Single(static one => one.Text("metadata/name") == "metrics-to-prometheus");
        var allowed = policy.Items("spec/podSelector/matchExpressions").Single(static one => one.Text("key") == "app.kubernetes.io/name").Items("values");
        Assert.Equal(Services, allowed.Select(Yaml.Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_object_matches_the_schema_of_its_kind() => Assert.Equal("", string.Join('\n', Build().SelectMany(ObjectSchemas.Errors)));

    /// <summary>A ConfigMap in which Prometheus and Grafana find each file.</summary>
    [Fact]
    public void Every_file_that_they_read_is_in_the_component()
    {
        var files = Build().Where(static one => one.Text("kind") == "ConfigMap").SelectMany(static map => map.At("data").Entries())
            .Select(static file => file.Key).ToHashSet(StringComparer.Ordinal);
        string[] configuration = ["prometheus.yml", "alerts.yml", "datasource.yml", "dashboards.yml"];
        Assert.Empty(MonitoringQueries.Dashboards.Select(static file => Path.GetFileName(file)).Concat(configuration).Except(files));
    }

    private static YamlMappingNode[] Build()
    {
        Assert.SkipUnless(Published.Has("kubectl"), "kubectl is not on this machine");
        // kustomize accepts relative paths only.
        using var folder = new TempFolder();
        var root = Path.GetRelativePath(folder.Path, SourceTree.Root);
        folder.Write("kustomization.yaml", $"""
            apiVersion: kustomize.config.k8s.io/v1beta1
            kind: Kustomization
            namespace: shop
            resources:
              - {root}/aspirate-output/kubernetes/base
            components:
              - {root}/monitoring
            """);
        var output = Path.Combine(folder.Path, "built.yaml");
        Tool.Run("kubectl", ["kustomize", folder.Path, "--output", output], new(), TestContext.Current.CancellationToken);
        return Yaml.Documents(File.ReadAllText(output));
    }
}
