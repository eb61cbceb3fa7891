using YamlDotNet.RepresentationModel;

namespace Tests.Unit.Deployment;

/// <summary>Queries YAML by path; missing nodes are empty.</summary>
internal static class Yaml
{
    public static YamlMappingNode[] Documents(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return [.. stream.Documents.Select(d => (YamlMappingNode)d.RootNode)];
    }

    /// <summary>
    /// Returns the node at a path, such as <c>spec/template/spec</c>. A label's name may contain a slash, so it is passed as a separate argument.
    /// </summary>
    public static YamlNode? At(this YamlNode? node, string path)
    {
        foreach (var key in path.Split('/')) node = node.Key(key);
        return node;
    }

    public static YamlNode? Key(this YamlNode? node, string key)
        => node is YamlMappingNode map && map.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : null;

    public static string Text(this YamlNode? node, string path) => (node.At(path) as YamlScalarNode)?.Value ?? "";

    public static YamlNode[] Items(this YamlNode? node, string path) => node.At(path) is YamlSequenceNode list ? [.. list.Children] : [];

    public static (string Key, YamlNode Value)[] Entries(this YamlNode? node)
        => node is YamlMappingNode map ? [.. map.Children.Select(c => (((YamlScalarNode)c.Key).Value!, c.Value))] : [];

    public static string Value(this YamlNode? node) => (node as YamlScalarNode)?.Value ?? "";

    /// <summary>Returns this node and all its descendants.</summary>
    public static IEnumerable<YamlNode> All(this YamlNode node) => node.AllNodes;
}
