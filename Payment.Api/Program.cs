using Payment.Api;
using Payment.Api.Accounts;
using Payment.Api.Audit;
using Payment.Api.Charges;
using ServiceDefaults;
using ServiceKit.Idempotency;
using ServiceKit.Postgres;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.Services.AddIdempotencyKeys();
builder.AddNpgsqlDataSource("payments", configureDataSourceBuilder: PostgresDataSource.Configure);
builder.Services.AddDatabaseSchema(AccountSchema.Script);
builder.Services.ConfigureHttpJsonOptions(static options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, PaymentJson.Default));
builder.Services.AddSingleton<AccountStore>();
builder.Services.AddSingleton<AccountBatch>();
builder.Services.AddSingleton<AccountReset>();
builder.Services.AddSingleton<PaymentMetrics>();
builder.Services.AddSingleton<AccountAudit>();

var app = builder.Build();
app.MapDefaultEndpoints();
app.MapAccounts();
app.MapCharges();
app.MapAudit();
app.MapReset();
app.Run();
