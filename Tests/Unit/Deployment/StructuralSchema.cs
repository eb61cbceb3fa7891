using System.Globalization;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Tests.Unit.Deployment;

/// <summary>
/// Validates YAML against the schema of a CustomResourceDefinition, as an API server does with <c>--validate=strict</c>: an unknown field is an error. Rules in
/// CEL and formats are not evaluated.
/// </summary>
internal static class StructuralSchema
{
    private const string IntOrString = "x-kubernetes-int-or-string";

    // A schema with another keyword, such as oneOf, cannot be validated here.
    private static readonly HashSet<string> Keywords =
    [
        "type", "nullable", "enum", "pattern", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "items", "properties", "required",
        "additionalProperties", IntOrString, "x-kubernetes-preserve-unknown-fields",
        "description", "default", "format", "x-kubernetes-validations", "x-kubernetes-list-type", "x-kubernetes-list-map-keys", "x-kubernetes-map-type",
    ];

    /// <summary>Returns one text per error, with the field's path.</summary>
    /// <exception cref="NotSupportedException">The schema has a keyword that is not evaluated.</exception>
    public static IEnumerable<string> Errors(YamlNode schema, YamlNode node, string path)
    {
        var isIntOrString = schema.Text(IntOrString) == "true";
        foreach (var (keyword, _) in schema.Entries())
            if (!Keywords.Contains(keyword) && !(keyword == "anyOf" && isIntOrString)) throw new NotSupportedException($"{path}: {keyword}");
        var (type, expected) = (TypeOf(node), isIntOrString ? "integer or string" : schema.Text("type"));
        if (type == "null" && schema.Text("nullable") == "true") return [];
        if (isIntOrString ? type is not ("integer" or "string") : expected != type && expected.Length > 0 && (expected, type) != ("number", "integer"))
            return [$"{path}: {type} instead of {expected}"];
        return node switch
        {
            YamlMappingNode map => OfFields(schema, map, path),
            YamlSequenceNode list => OfRange(schema, "Items", list.Children.Count, path)
                .Concat(list.Children.SelectMany((item, at) => schema.Key("items") is { } items ? Errors(items, item, $"{path}/{at}") : [])),
            _ => OfValue(schema, node.Value(), type, path),
        };
    }

    private static IEnumerable<string> OfFields(YamlNode schema, YamlMappingNode map, string path)
    {
        foreach (var name in schema.Items("required").Select(Yaml.Value).Where(name => map.Key(name) is null)) yield return $"{path}/{name}: missing";
        var (others, isOpen) = (schema.Key("additionalProperties"), schema.Text("x-kubernetes-preserve-unknown-fields") == "true");
        foreach (var (name, value) in map.Entries())
            if ((schema.Key("properties").Key(name) ?? others as YamlMappingNode) is { } field)
                foreach (var error in path + name == "metadata" ? [] : Errors(field, value, $"{path}/{name}")) yield return error;
            else if (!isOpen && others.Value() != "true")
                yield return $"{path}/{name}: unknown field";
    }

    private static IEnumerable<string> OfValue(YamlNode schema, string value, string type, string path)
    {
        if (schema.Items("enum") is { Length: > 0 } values && !values.Select(Yaml.Value).Contains(value)) yield return $"{path}: not an allowed value: {value}";
        if (schema.Text("pattern") is { Length: > 0 } pattern && !Regex.IsMatch(value, pattern)) yield return $"{path}: does not match {pattern}: {value}";
        var (unit, size) = type == "string" ? ("Length", value.Length) : ("imum", double.TryParse(value, CultureInfo.InvariantCulture, out var n) ? n : 0);
        foreach (var error in OfRange(schema, unit, size, path)) yield return error;
    }

    private static IEnumerable<string> OfRange(YamlNode schema, string unit, double size, string path)
    {
        if (double.TryParse(schema.Text($"min{unit}"), CultureInfo.InvariantCulture, out var min) && size < min) yield return $"{path}: less than {min}";
        if (double.TryParse(schema.Text($"max{unit}"), CultureInfo.InvariantCulture, out var max) && size > max) yield return $"{path}: more than {max}";
    }

    private static string TypeOf(YamlNode node) => node switch
    {
        YamlMappingNode => "object",
        YamlSequenceNode => "array",
        YamlScalarNode { Style: not ScalarStyle.Plain } => "string",
        _ => node.Value() switch
        {
            "" or "~" or "null" => "null",
            "true" or "false" => "boolean",
            var text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) => "integer",
            var text when double.TryParse(text, CultureInfo.InvariantCulture, out _) => "number",
            _ => "string",
        },
    };
}
