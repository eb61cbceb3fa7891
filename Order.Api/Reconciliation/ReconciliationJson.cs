using System.Text.Json;
using System.Text.Json.Serialization;

namespace Order.Api.Reconciliation;

/// <summary>Source-generated JSON metadata.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ReconciliationReport))]
[JsonSerializable(typeof(FindChargesRequest))]
[JsonSerializable(typeof(FoundCharges))]
[JsonSerializable(typeof(ChargePageRequest))]
[JsonSerializable(typeof(ChargePage))]
[JsonSerializable(typeof(BooksPage))]
[JsonSerializable(typeof(ItemPageRequest))]
[JsonSerializable(typeof(ItemPage))]
[JsonSerializable(typeof(HeldRequest))]
[JsonSerializable(typeof(HeldPage))]
internal sealed partial class ReconciliationJson : JsonSerializerContext;
