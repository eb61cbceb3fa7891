using System.Text.Json.Serialization;

namespace LoadTest.Reports;

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(CheckoutReport))]
[JsonSerializable(typeof(BareReport))]
[JsonSerializable(typeof(RunReport))]
[JsonSerializable(typeof(FoundOrder))]
internal sealed partial class ReportJson : JsonSerializerContext;
