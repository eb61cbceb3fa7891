using Order.Api;
using Order.Api.Checkout;
using Order.Api.Orders;
using Order.Api.Reconciliation;
using ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddNpgsqlDataSource("orders", configureDataSourceBuilder: static postgres => PostgresLimits.Set(postgres.ConnectionStringBuilder));
builder.Services.AddDatabaseSchema(OrderSchema.Script);
builder.Services.ConfigureHttpJsonOptions(static options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, OrderJson.Default));
// Who adds an item waits for the price: not for long.
builder.Services.Configure<ResilienceOptions>(static options =>
    (options.AttemptTimeMax, options.TotalTimeMax) = (TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5)));
builder.Services.AddHttpClient(StockClient.Name, static client => client.BaseAddress = new Uri("http://stock-api"));
builder.Services.AddHttpClient(PaymentClient.Name, static client => client.BaseAddress = new Uri("http://payment-api"));
builder.Services.AddSingleton<StockClient>();
builder.Services.AddSingleton<IStock>(static services => services.GetRequiredService<StockClient>());
builder.Services.AddSingleton<IPayment, PaymentClient>();
builder.Services.AddSingleton<OrderStore>();
builder.Services.AddSingleton<OrderBatch>();
builder.Services.AddSingleton<CheckoutTelemetry>();
builder.Services.AddSingleton<PostgresSagaStore>();
builder.Services.AddSingleton<ISagaStore>(static services => services.GetRequiredService<PostgresSagaStore>());
builder.Services.AddSingleton<CheckoutSagaRunner>();
builder.Services.AddSingleton<CheckoutLane>();
builder.Services.AddSingleton<CheckoutRecovery>();
builder.Services.AddSingleton<Checkouts>();
builder.Services.AddSingleton<CheckoutKeys>();
builder.Services.AddHostedService<CheckoutSagaWorker>();
builder.AddCrashPoint();
builder.AddReconciliation();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapOrders();
app.MapCheckout();
app.MapReconciliation();
app.Run();
