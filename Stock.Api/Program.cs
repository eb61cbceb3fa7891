using ServiceDefaults;
using ServiceKit.Idempotency;
using StackExchange.Redis;
using Stock.Api;
using Stock.Api.Audit;
using Stock.Api.Catalog;
using Stock.Api.Identity;
using Stock.Api.Items;
using Stock.Api.Reservations;
using Stock.Api.Scripting;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.Services.AddIdempotencyKeys();
builder.AddRedisClient("redis", static settings =>
{
    settings.DisableAutoActivation = false;
    settings.DisableHealthChecks = true; // it also asks replicas, which may be away; the check of the identity asks the master
}, RedisLimits.Set);
builder.Services.AddDependencyFailure<RedisException>("redis-unavailable", RedisScripts.IsOutage);
builder.Services.AddDependencyFailure<RedisTimeoutException>("redis-unavailable");
builder.Services.AddDependencyFailure<UnconfirmedException>("redis-unavailable");
builder.Services.AddDependencyFailure<LostStockException>("stock-lost");
builder.Services.ConfigureHttpJsonOptions(static options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, StockJson.Default));
builder.Services.AddSingleton<ConfirmedScripts>();
builder.Services.AddSingleton<RedisScripts>();
builder.Services.AddSingleton<StockIdentity>();
builder.Services.AddSingleton<ItemStore>();
builder.Services.AddSingleton<ItemBatch>();
builder.Services.AddSingleton<ReservationStore>();
builder.Services.AddSingleton<StockMetrics>();
builder.Services.AddSingleton<StockAudit>();
builder.Services.AddCatalog();
builder.Services.AddHealthChecks().AddCheck<CatalogSeeder>("catalog").AddCheck<StockIdentity>("identity");

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapItems();
app.MapReservations();
app.MapProducts();
app.MapCatalog();
app.MapAudit();
app.Run();
