using System.Text.Json.Serialization;
using Stock.Api.Audit;
using Stock.Api.Catalog;
using Stock.Api.Identity;
using Stock.Api.Items;
using Stock.Api.Reservations;

namespace Stock.Api;

/// <summary>Source-generated JSON metadata for the service's requests and responses.</summary>
[JsonSerializable(typeof(ItemCreated))]
[JsonSerializable(typeof(ItemView))]
[JsonSerializable(typeof(ItemStock))]
[JsonSerializable(typeof(BatchDone))]
[JsonSerializable(typeof(PricesRequest))]
[JsonSerializable(typeof(Prices))]
[JsonSerializable(typeof(SettleRequest))]
[JsonSerializable(typeof(ForgetRequest))]
[JsonSerializable(typeof(StockOutcomes))]
[JsonSerializable(typeof(StockIdentityView))]
[JsonSerializable(typeof(ItemPageRequest))]
[JsonSerializable(typeof(ItemPage))]
[JsonSerializable(typeof(HeldRequest))]
[JsonSerializable(typeof(HeldPage))]
[JsonSerializable(typeof(Product))]
[JsonSerializable(typeof(ProductChange))]
[JsonSerializable(typeof(ProductInput))]
[JsonSerializable(typeof(ProductView))]
[JsonSerializable(typeof(ProductPageView))]
[JsonSerializable(typeof(DeletedNames))]
[JsonSerializable(typeof(Dictionary<string, string[]>))]
[JsonSerializable(typeof(CatalogView))]
[JsonSerializable(typeof(CatalogFilled))]
internal sealed partial class StockJson : JsonSerializerContext;
