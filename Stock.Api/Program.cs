using ServiceDefaults;
using StackExchange.Redis;
using Stock.Api;
using Stock.Api.Audit;
using Stock.Api.Items;
using Stock.Api.Reservations;
using Stock.Api.Scripting;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddRedisClient("redis", static settings => settings.DisableAutoActivation = false, static options => options.AbortOnConnectFail = false);
builder.Services.AddDependencyFailure<RedisException>(RedisScripts.IsOutage);
builder.Services.ConfigureHttpJsonOptions(static options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, StockJson.Default));
builder.Services.AddSingleton<RedisScripts>();
builder.Services.AddSingleton<ItemStore>();
builder.Services.AddSingleton<ItemBatch>();
builder.Services.AddSingleton<ReservationStore>();
builder.Services.AddSingleton<StockMetrics>();
builder.Services.AddSingleton<StockAudit>();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapItems();
app.MapReservations();
app.MapAudit();
app.Run();
