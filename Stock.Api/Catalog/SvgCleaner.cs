using System.Collections.Frozen;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml;

namespace Stock.Api.Catalog;

/// <summary>
/// Rewrites an SVG with the elements and attributes of an allow-list: shapes, text, gradients and clips. Nothing else gets through, such as scripts, styles,
/// event handlers, animations, links, embedded pages and references to other files. Documents with a DTD are refused.
/// </summary>
internal static partial class SvgCleaner
{
    /// <summary>Maximum number of elements, and of their nesting.</summary>
    public const int ElementsMax = 20_000, DepthMax = 64;

    private const string Namespace = "http://www.w3.org/2000/svg", XLink = "http://www.w3.org/1999/xlink";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly FrozenSet<string> Elements = FrozenSet.Create(StringComparer.Ordinal,
        "svg", "g", "defs", "title", "desc", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "linearGradient",
        "radialGradient", "stop", "clipPath", "mask");

    private static readonly FrozenSet<string> Attributes = FrozenSet.Create(StringComparer.Ordinal,
        "id", "viewBox", "preserveAspectRatio", "width", "height", "version", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy", "fr",
        "dx", "dy", "rotate", "d", "points", "pathLength", "transform", "fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity",
        "stroke-linecap", "stroke-linejoin", "stroke-miterlimit", "stroke-dasharray", "stroke-dashoffset", "opacity", "color", "display", "visibility",
        "vector-effect", "paint-order", "shape-rendering", "text-rendering", "clip-path", "clip-rule", "clipPathUnits", "mask", "maskUnits",
        "maskContentUnits", "gradientUnits", "gradientTransform", "spreadMethod", "offset", "stop-color", "stop-opacity", "font-family", "font-size",
        "font-style", "font-weight", "letter-spacing", "word-spacing", "text-anchor", "text-decoration", "dominant-baseline", "textLength", "lengthAdjust",
        "role");

    private static readonly FrozenSet<string> Gradients = FrozenSet.Create(StringComparer.Ordinal, "linearGradient", "radialGradient");

    private static readonly XmlReaderSettings Reading = new()
    {
        DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true, IgnoreProcessingInstructions = true, CloseInput = true,
    };

    private static readonly XmlWriterSettings Writing = new() { Encoding = Utf8, OmitXmlDeclaration = true };

    /// <summary>Whether the bytes may be XML: the first character that is not white space is an angle bracket.</summary>
    public static bool IsXml(ReadOnlySpan<byte> bytes) =>
        (bytes.StartsWith(Encoding.UTF8.Preamble) ? bytes[Encoding.UTF8.Preamble.Length..] : bytes).TrimStart(" \t\r\n"u8) is [(byte)'<', ..];

    /// <summary>Returns the clean SVG in UTF-8, or null and what is wrong.</summary>
    public static byte[]? Clean(byte[] bytes, out string? error)
    {
        error = null;
        try
        {
            // As text, so that the document cannot choose another encoding, in which it would mean something else.
            using var reader = XmlReader.Create(new StringReader(Utf8.GetString(bytes).TrimStart('\uFEFF')), Reading);
            using var clean = new MemoryStream();
            if (reader.MoveToContent() != XmlNodeType.Element || reader is not { LocalName: "svg", NamespaceURI: Namespace })
            {
                error = $"The picture is XML, but not an SVG: its root must be svg in the namespace {Namespace}.";
                return null;
            }

            using (var writer = XmlWriter.Create(clean, Writing)) error = Copy(reader, writer);
            return error is null ? clean.ToArray() : null;
        }
        catch (Exception e) when (e is XmlException or DecoderFallbackException or ArgumentException)
        {
            error = "The SVG is not well-formed XML in UTF-8, or it has a DTD.";
            return null;
        }
    }

    private static string? Copy(XmlReader reader, XmlWriter writer)
    {
        var elements = 0;
        while (!reader.EOF)
        {
            switch (reader.NodeType)
            {
                case XmlNodeType.Element when reader.NamespaceURI != Namespace || !Elements.Contains(reader.LocalName):
                    reader.Skip(); // with all that is in it
                    continue;
                case XmlNodeType.Element:
                    if (++elements > ElementsMax || reader.Depth >= DepthMax)
                        return $"The SVG has more than {ElementsMax} elements, or they are nested more than {DepthMax} deep.";
                    CopyElement(reader, writer);
                    break;
                case XmlNodeType.EndElement:
                    writer.WriteFullEndElement();
                    break;
                case XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace:
                    writer.WriteString(reader.Value);
                    break;
            }

            reader.Read();
        }

        return null;
    }

    private static void CopyElement(XmlReader reader, XmlWriter writer)
    {
        var (name, isEmpty, isLinked) = (reader.LocalName, reader.IsEmptyElement, false);
        writer.WriteStartElement(name, Namespace);
        while (reader.MoveToNextAttribute())
        {
            if (reader.NamespaceURI.Length == 0 && Attributes.Contains(reader.LocalName) && IsHarmless(reader.Value))
                writer.WriteAttributeString(reader.LocalName, reader.Value);
            // A gradient may take its colors from another one of the same file.
            else if (!isLinked && reader.LocalName == "href" && reader.NamespaceURI is "" or XLink && Gradients.Contains(name)
                && Fragment().IsMatch(reader.Value))
            {
                writer.WriteAttributeString("href", reader.Value);
                isLinked = true; // editors write both forms of the attribute
            }
        }

        reader.MoveToElement();
        if (isEmpty) writer.WriteEndElement();
    }

    // Values are CSS. A backslash can spell any function, and the functions url and image load files.
    private static bool IsHarmless(string value) => !value.Contains('\\', StringComparison.Ordinal) && !value.Contains("/*", StringComparison.Ordinal)
        && (!value.Contains('(', StringComparison.Ordinal) || LocalUrl().IsMatch(value) || Functions().Count(value) == value.Count('('));

    [GeneratedRegex(@"^#[\w.-]+$", RegexOptions.CultureInvariant)]
    private static partial Regex Fragment();

    [GeneratedRegex(@"^\s*url\(\s*(['""]?)#[\w.-]+\1\s*\)\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex LocalUrl();

    [GeneratedRegex(@"(?<![\w-])(matrix|translate|scale|rotate|skewX|skewY|rgba?|hsla?)\s*\(", RegexOptions.CultureInvariant)]
    private static partial Regex Functions();
}
