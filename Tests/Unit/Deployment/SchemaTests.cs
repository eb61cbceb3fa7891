using Tests.Repository;

namespace Tests.Unit.Deployment;

/// <summary>What <see cref="ObjectSchemas"/> rejects: each case is one change of a published object.</summary>
[Trait("Category", "Unit")]
public sealed class SchemaTests
{
    private static readonly string Objects = string.Join("\n---\n", new[]
    {
        "base/order-api.yaml", "overlays/production/postgres.yaml", "overlays/production/mongodb.yaml", "components/backup/backup.yaml",
        "components/gateway-api/gateway-api.yaml",
    }.Select(file => SourceTree.Read($"aspirate-output/kubernetes/{file}")));

    [Fact]
    public void The_published_objects_are_valid() => Assert.Equal("", string.Join('\n', Errors(Objects)));

    [Theory]
    [InlineData("  instances: 3\n", "  instanses: 3\n", "/spec/instanses: unknown field", "/spec/instances: missing")]
    [InlineData("  instances: 3\n", "  instances: \"3\"\n", "/spec/instances: string instead of integer")]
    [InlineData("  instances: 3\n", "  instances: 0\n", "/spec/instances: less than 1")]
    [InlineData("max_connections: \"300\"", "max_connections: 300", "/spec/postgresql/parameters/max_connections: integer instead of string")]
    [InlineData("      method: any\n", "      method: all\n", "/spec/postgresql/synchronous/method: not an allowed value: all")]
    [InlineData("      cpu: \"4\"\n      memory: 4Gi\n  affinity", "      cpu: four\n      memory: 4Gi\n  affinity",
        "/spec/resources/limits/cpu: does not match")]
    [InlineData("      cpu: \"4\"\n      memory: 4Gi\n  affinity", "      cpu: [4]\n      memory: 4Gi\n  affinity",
        "/spec/resources/limits/cpu: array instead of integer or string")]
    [InlineData("    enablePodMonitor: true", "    enablePodMonitors: true", "/spec/monitoring/enablePodMonitors: unknown field")]
    [InlineData("  schedule: 0 0 3 * * *\n", "", "/spec/schedule: missing")]
    [InlineData("  immediate: true\n", "  immediate: yes\n", "/spec/immediate: string instead of boolean")]
    [InlineData("  retentionPolicy: 30d\n", "  retentionPolicy: 30 days\n", "/spec/retentionPolicy: does not match")]
    [InlineData("  type: ReplicaSet\n", "  type: Sharded\n", "/spec/type: not an allowed value: Sharded")]
    [InlineData("        - name: readWrite\n          db: customers\n", "        - name: readWrite\n", "/spec/users/0/roles/0/db: missing")]
    [InlineData("          serviceAccountName: mongodb\n", "          serviceAcountName: mongodb\n", "serviceAcountName")]
    [InlineData("  usages: [server auth, client auth]", "  usages: [server auth, all]", "/spec/usages/1: not an allowed value: all")]
    [InlineData("    secretName: mongodb-ca\n", "    secretNames: mongodb-ca\n", "/spec/ca/secretNames: unknown field", "/spec/ca/secretName: missing")]
    [InlineData("  hostnames: [shop.example.com]", "  hostnames: ['shop example']", "/spec/hostnames/0: does not match")]
    [InlineData("          port: 8000\n", "          port: 80000\n", "/spec/rules/0/backendRefs/0/port: more than 65535")]
    [InlineData("gateway.networking.k8s.io/v1\n", "gateway.networking.k8s.io/v1alpha2\n", "gateway.networking.k8s.io/v1alpha2 HTTPRoute: not served")]
    [InlineData("kind: ObjectStore\n", "kind: ObjectShop\n", "barmancloud.cnpg.io/v1 ObjectShop: not served")]
    [InlineData("kind: HTTPRoute\nmetadata:\n  name: gateway\n  labels:", "kind: HTTPRoute\nmetadata:\n  name: gateway\n  label:", "label")]
    [InlineData("automountServiceAccountToken", "autoMountServiceAccountToken", "autoMountServiceAccountToken")]
    [InlineData("minReplicas: 2\n", "minReplicas: two\n", "two")]
    public void A_wrong_object_is_rejected(string right, string wrong, params string[] errors)
    {
        Assert.Contains(right, Objects, StringComparison.Ordinal);
        var actual = Errors(Objects.Replace(right, wrong, StringComparison.Ordinal)).Distinct().ToArray();
        Assert.All(errors, error => Assert.Contains(actual, a => a.Contains(error, StringComparison.Ordinal)));
        Assert.All(actual, a => Assert.Contains(errors, error => a.Contains(error, StringComparison.Ordinal)));
    }

    private static string[] Errors(string objects) => [.. Yaml.Documents(objects).SelectMany(ObjectSchemas.Errors)];
}
