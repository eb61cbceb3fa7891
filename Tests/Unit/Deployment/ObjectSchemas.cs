using System.Reflection;
using k8s;
using k8s.Models;
using Tests.Repository;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Tests.Unit.Deployment;

/// <summary>Validates Kubernetes objects: its own kinds by the client library's models, all others by the operators' CustomResourceDefinitions.</summary>
internal static class ObjectSchemas
{
    private static readonly YamlMappingNode[] Definitions =
    [
        .. (Environment.GetEnvironmentVariable("SHOP_CRDS") is { Length: > 0 } folder ? Directory.GetFiles(folder, "*.yaml")
                : [Path.Combine(SourceTree.Root, "Tests/Unit/Deployment/custom-resources.yaml")])
            .SelectMany(file => Yaml.Documents(File.ReadAllText(file))).Where(d => d.Text("kind") == "CustomResourceDefinition"),
    ];

    private static readonly HashSet<string> Models =
    [
        .. typeof(V1Pod).Assembly.GetTypes().Select(type => type.GetCustomAttribute<KubernetesEntityAttribute>()).OfType<KubernetesEntityAttribute>()
            .Select(entity => $"{(entity.Group.Length == 0 ? "" : entity.Group + "/")}{entity.ApiVersion}/{entity.Kind}"),
    ];

    /// <summary>Returns one text per error. A kind or a version without a schema is an error.</summary>
    public static string[] Errors(YamlMappingNode o)
    {
        var (version, kind) = (o.Text("apiVersion"), o.Text("kind"));
        if (Models.Contains($"{version}/{kind}")) return Misread(yaml => KubernetesYaml.LoadAllFromString(yaml, strict: true), o);
        var schema = Definitions.Where(d => d.Text("spec/names/kind") == kind)
            .SelectMany(d => d.Items("spec/versions").Where(v => v.Text("served") == "true" && $"{d.Text("spec/group")}/{v.Text("name")}" == version))
            .FirstOrDefault().At("schema/openAPIV3Schema");
        if (schema is null) return [$"{version} {kind}: not served"];
        return
        [
            .. StructuralSchema.Errors(schema, o, ""),
            .. Misread(yaml => KubernetesYaml.Deserialize<V1ObjectMeta>(yaml, strict: true), o.Key("metadata")),
            // Open in the definition: the operator merges it into its own StatefulSet.
            .. kind != "MongoDBCommunity" ? []
                : Misread(yaml => KubernetesYaml.Deserialize<V1StatefulSetSpec>(yaml, strict: true), o.At("spec/statefulSet/spec")),
        ];
    }

    private static string[] Misread(Action<string> read, YamlNode? node)
    {
        if (node is null) return [];
        var text = new StringWriter();
        new YamlStream(new YamlDocument(node)).Save(text, assignAnchors: false);
        try
        {
            read(text.ToString());
            return [];
        }
        catch (YamlException e)
        {
            return [e.InnerException is { } inner ? $"{e.Message} {inner.Message}" : e.Message];
        }
    }
}
