using Order.Api;
using Order.Api.Checkout;
using Order.Api.Operations;
using Order.Api.Orders;
using Order.Api.Reconciliation;
using ServiceDefaults;
using ServiceKit.Idempotency;
using ServiceKit.Postgres;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.Services.AddIdempotencyKeys();
builder.AddNpgsqlDataSource("orders", configureDataSourceBuilder: PostgresDataSource.Configure);
builder.Services.AddDatabaseSchema(OrderSchema.Script);
builder.Services.ConfigureHttpJsonOptions(static options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, OrderJson.Default));
builder.Services.AddOrders();
builder.AddCheckout();
builder.AddReconciliation();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapOrders();
app.MapCheckout();
app.MapPlacedOrders();
app.MapReconciliation();
app.MapOperations();
app.Run();
