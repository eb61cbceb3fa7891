using System.Text.Json;
using System.Text.Json.Serialization;

namespace Order.Api.Reconciliation;

// What goes to Payment.Api and Stock.Api and comes back, as this service sees it.

internal sealed record FindChargesRequest(Guid[] Sagas);

/// <summary>A charge as Payment.Api has it.</summary>
internal sealed record ChargeEntry(string User, long Amount, bool IsDone);

/// <summary>In the order asked, null where there is none; and the last charge that batch_init has taken away.</summary>
internal sealed record FoundCharges(ChargeEntry?[] Charges, Guid Replaced);

internal sealed record ChargePageRequest(Guid After, Guid Before, Guid NumberedAfter);

internal sealed record ChargePage(Guid[] Sagas, Guid? Next);

/// <summary>An account beside the sums of its entries.</summary>
internal sealed record AccountBooks(
    string Id, decimal Balance, decimal Opening, decimal Funded, decimal Captured, decimal Refunded,
    decimal EntriesFunded, decimal EntriesCaptured, decimal EntriesRefunded);

internal sealed record BooksPage(long Accounts, AccountBooks[] Wrong);

internal sealed record ItemPageRequest(string Cursor);

internal sealed record ItemPage(string Cursor, int Examined, ItemBooks[] Items);

internal sealed record HeldRequest(string[] Items, long Now, bool IsAtomic);

internal sealed record HeldPage(ItemBooks[] Items, Guid[] Sagas);

/// <summary>An item beside the sum of the records that hold it.</summary>
internal sealed record ItemBooks(string Id, long Available, long Sold, long Total, long Held)
{
    /// <summary>What is held by the item's own numbers, less what the records say: 0, or something is moving or wrong.</summary>
    [JsonIgnore]
    public Int128 Excess => (Int128)Total - Available - Sold - Held;
}

/// <summary>For the serializers made at build time.</summary>
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
