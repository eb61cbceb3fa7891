using Customer.Api;
using Customer.Api.Analytics;
using Customer.Api.Customers;
using Customer.Api.Metrics;
using Customer.Api.Stress;
using ServiceDefaults;
using ServiceKit.Idempotency;

var builder = WebApplication.CreateBuilder(args);
if (builder.ReadSettings(Console.Error) is not { } settings) return CustomerServices.WrongConfiguration;
builder.AddServiceDefaults();
builder.Services.AddIdempotencyKeys();
builder.AddCustomers(settings);

var app = builder.Build();
app.UseInstance(settings);
app.MapDefaultEndpoints();
app.MapCustomers();
app.MapAnalytics();
app.MapMetrics();
app.MapStress();
app.Run();
return 0;
