using System.Globalization;
using System.Text;
using Google.Protobuf;

namespace Tests.Monitoring;

/// <summary>
/// Reads requests of OTLP (opentelemetry/proto/metrics/v1) and names their metrics as the OTLP receiver of Prometheus does. Debian builds Prometheus without
/// this receiver, so the tests cannot use its own.
/// </summary>
internal static class OtlpMetrics
{
    private static readonly Dictionary<string, string> Units = new(StringComparer.Ordinal) { ["s"] = "seconds", ["ms"] = "milliseconds", ["By"] = "bytes" };

    /// <summary>Gives all series of a request with their values, cumulative.</summary>
    public static IEnumerable<(string Series, double Value)> Read(byte[] request) =>
        from resourceMetrics in Messages(request, 1)
        let resource = Messages(resourceMetrics, 1).SelectMany(static resource => Attributes(resource, 1)).ToDictionary(StringComparer.Ordinal)
        let labels = Identity(resource)
        from scopeMetrics in Messages(resourceMetrics, 2)
        from metric in Messages(scopeMetrics, 2)
        from sample in Samples(metric, labels)
        select sample;

    /// <summary>Gives the name that Prometheus has for a metric, without <c>_bucket</c> and the like.</summary>
    public static string Name(string name, string unit, bool isMonotonic)
    {
        var parts = name.Split('.', '_').ToList();
        if (Units.TryGetValue(unit, out var word) && !parts.Contains(word)) parts.Add(word);
        if (isMonotonic) parts.Add("total");
        return string.Join('_', parts);
    }

    // job and instance are always there; the others are those that prometheus.yml promotes.
    private static List<(string, string)> Identity(Dictionary<string, string> resource)
    {
        var (service, instance) = (resource["service.name"], resource["service.instance.id"]);
        return [("job", service), ("instance", instance), ("service_name", service), ("service_instance_id", instance)];
    }

    private static IEnumerable<(string, double)> Samples(byte[] metric, List<(string, string)> labels)
    {
        string Text(int field) => Messages(metric, field).Select(Encoding.UTF8.GetString).LastOrDefault("");
        foreach (var (field, value) in Fields(metric))
        {
            if (field is not (5 or 7 or 9)) continue; // gauge, sum, histogram
            var points = Messages((byte[])value, 1);
            var isMonotonic = field == 7 && Fields((byte[])value).Any(static one => one is (3, 1ul));
            var name = Name(Text(1), Text(3), isMonotonic);
            foreach (var sample in points.SelectMany(point => field == 9 ? Buckets(name, point, labels) : [Number(name, point, labels)])) yield return sample;
        }
    }

    private static (string, double) Number(string name, byte[] point, List<(string, string)> labels)
    {
        var value = Fields(point).First(static one => one.Field is 4 or 6);
        return (Series(name, [.. labels, .. Labels(point, 7)]),
            value.Field == 4 ? BitConverter.UInt64BitsToDouble((ulong)value.Value) : (long)(ulong)value.Value);
    }

    private static IEnumerable<(string, double)> Buckets(string name, byte[] point, List<(string, string)> resource)
    {
        List<(string, string)> labels = [.. resource, .. Labels(point, 9)];
        var bounds = Fixed(point, 7).Select(BitConverter.UInt64BitsToDouble).Append(double.PositiveInfinity);
        var sum = 0ul;
        foreach (var (count, bound) in Fixed(point, 6).Zip(bounds))
        {
            sum += count;
            var le = double.IsPositiveInfinity(bound) ? "+Inf" : bound.ToString(CultureInfo.InvariantCulture);
            yield return (Series(name + "_bucket", [.. labels, ("le", le)]), sum);
        }

        yield return (Series(name + "_count", labels), sum);
        var total = Fields(point).Where(static one => one.Field == 5).Select(static one => BitConverter.UInt64BitsToDouble((ulong)one.Value)).FirstOrDefault();
        yield return (Series(name + "_sum", labels), total);
    }

    private static string Series(string name, IEnumerable<(string Name, string Value)> labels) => $"{name}{{{string.Join(',', labels.Select(
        static label => $"{label.Name}=\"{label.Value.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""))}}}";

    private static IEnumerable<(string, string)> Labels(byte[] point, int field) =>
        Attributes(point, field).Select(static one => (one.Key.Replace('.', '_'), one.Value));

    private static IEnumerable<KeyValuePair<string, string>> Attributes(byte[] message, int field) => Messages(message, field).Select(static pair =>
        KeyValuePair.Create(Encoding.UTF8.GetString(Messages(pair, 1).First()), Messages(pair, 2).SelectMany(Fields).Select(static any => any switch
        {
            (1, byte[] text) => Encoding.UTF8.GetString(text),
            (2, var flag) => (ulong)flag == 1 ? "true" : "false",
            (_, var number) => Convert.ToString(number, CultureInfo.InvariantCulture)!,
        }).FirstOrDefault("")));

    private static IEnumerable<ulong> Fixed(byte[] message, int field) =>
        Messages(message, field).SelectMany(static packed => packed.Chunk(sizeof(ulong)).Select(static bytes => BitConverter.ToUInt64(bytes)));

    private static IEnumerable<byte[]> Messages(byte[] message, int field) =>
        Fields(message).Where(one => one.Field == field).Select(static one => (byte[])one.Value);

    // A field's value is a number (as its bits) or bytes.
    private static List<(int Field, object Value)> Fields(byte[] message)
    {
        var fields = new List<(int, object)>();
        var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag and not 0)
        {
            object value = WireFormat.GetTagWireType(tag) switch
            {
                WireFormat.WireType.Varint => input.ReadUInt64(),
                WireFormat.WireType.Fixed64 => input.ReadFixed64(),
                WireFormat.WireType.Fixed32 => (ulong)input.ReadFixed32(),
                WireFormat.WireType.LengthDelimited => input.ReadBytes().ToByteArray(),
                var other => throw new InvalidDataException($"OTLP has no fields of the type {other}."),
            };
            fields.Add((WireFormat.GetTagFieldNumber(tag), value));
        }

        return fields;
    }
}
