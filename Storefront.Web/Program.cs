using ServiceDefaults;
using ServiceKit.Http;
using ServiceKit.Idempotency;
using Storefront.Web;
using Storefront.Web.Checkout;
using Storefront.Web.Operations;
using Storefront.Web.Purchases;
using Storefront.Web.Services;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.Services.AddIdempotencyKeys();
builder.AddPages();
builder.Services.AddOptions<ShopOptions>().BindConfiguration(ShopOptions.Section).ValidateOnStart()
    .Validate(static options => !SecretKey.IsTooShort(options.OperatorKey), "Shop:OperatorKey must have at least 16 characters.");
builder.Services.AddService(Catalog.Service);
builder.Services.AddService(OrderService.Service);
builder.Services.AddService(Accounts.Service);
builder.Services.AddService(Customers.Service);
builder.Services.AddSingleton<Catalog>();
builder.Services.AddSingleton<OrderService>();
builder.Services.AddSingleton<Accounts>();
builder.Services.AddSingleton<Customers>();
builder.Services.AddSingleton<Cashier>();
builder.Services.AddOperations();

var app = builder.Build();
app.MapDefaultEndpoints();
app.UsePages();
app.MapPurchases();
app.Run();
