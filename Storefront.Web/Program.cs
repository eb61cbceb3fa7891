using ServiceDefaults;
using Storefront.Web;
using Storefront.Web.Checkout;
using Storefront.Web.Services;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddPages();
builder.Services.Configure<ShopOptions>(builder.Configuration.GetSection(ShopOptions.Section));
builder.Services.AddService(Catalog.Service);
builder.Services.AddService(OrderService.Service);
builder.Services.AddService(Accounts.Service);
builder.Services.AddService(Customers.Service);
builder.Services.AddSingleton<Catalog>();
builder.Services.AddSingleton<OrderService>();
builder.Services.AddSingleton<Accounts>();
builder.Services.AddSingleton<Customers>();
builder.Services.AddSingleton<Cashier>();

var app = builder.Build();
app.MapDefaultEndpoints();
app.UsePages();
app.MapPurchases();
app.Run();
