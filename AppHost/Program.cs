using AppHost;
using AppHost.Deployment;
using AppHost.Deployment.Vms;
using Microsoft.Extensions.Configuration;

if (!PublishCommand.TryTranslate(args, out var arguments)) return Environment.ExitCode;
ShopRun.ReportFailures();
DashboardPorts.Choose();
var builder = DistributedApplication.CreateBuilder(arguments);

var postgres = builder.AddPostgres("postgres").WithDataVolume().WithLoadSettings();
var orders = postgres.AddDatabase("orders");
var payments = postgres.AddDatabase("payments");
var redis = builder.AddRedis("redis").WithDataVolume().WithAppendOnlyFile();
var mongodb = builder.AddMongoDB("mongodb").WithDataVolume().WithDocumentDbGateway<Projects.DocumentDb_Gateway>();
var customers = mongodb.AddDatabase("customers");

var stockApi = builder.AddService<Projects.Stock_Api>("stock-api").WithReference(redis).WaitFor(redis);
var paymentApi = builder.AddService<Projects.Payment_Api>("payment-api").WithReference(payments).WaitFor(payments);
var orderApi = builder.AddService<Projects.Order_Api>("order-api").WithReference(orders).WaitFor(orders).WithReference(stockApi).WithReference(paymentApi);
var customerApi = builder.AddService<Projects.Customer_Api>("customer-api").WithReference(customers).WaitFor(customers);

var cookieSecret = builder.AddParameter("cookie-secret", new GenerateParameterDefault { MinLength = 40, Special = false }, secret: true, persist: true);
var storefront = builder.AddService<Projects.Storefront_Web>("storefront")
    .WithReference(orderApi).WithReference(paymentApi).WithReference(stockApi).WithReference(customerApi)
    .WithEnvironment("Shop__CookieSecret", cookieSecret) // shared by all replicas
    .WithShopCommands(stockApi, orderApi);

var gateway = builder.AddNginxGateway("gateway", port: builder.Configuration.GetValue("Gateway:Port", 8000))
    .WithRoutes(orderApi, ["/orders/create/", "/orders/find/", "/orders/addItem/", "/orders/removeItem/", "/orders/checkout/", "/orders/batch_init/",
        "/orders/health"], stripPrefix: "/orders", costlyPaths: ["/orders/batch_init"])
    .WithRoutes(stockApi, ["/stock/"], stripPrefix: "/stock", costlyPaths: ["/stock/batch_init"])
    .WithOperatedRoutes(stockApi, ["/products"])
    .WithoutRoutes(stockApi, ["/stock/products"])
    .WithRoutes(paymentApi, ["/payment/"], stripPrefix: "/payment", costlyPaths: ["/payment/batch_init"])
    // 16 MiB: a batch of 1,000 customers, or the maximum of max_payload_size_kb.
    .WithRoutes(customerApi, ["/customers", "/stress"], bodyMegabytesMax: 16, costlyPaths: ["/customers/analytics", "/customers/batch", "/stress"],
        compress: true)
    .WithApiDocument(orderApi, "/orders", "/orders").WithApiDocument(stockApi, "/stock", "/stock").WithApiDocument(paymentApi, "/payment", "/payment")
    .WithApiDocument(customerApi, "/customers").WithApiPage(storefront)
    .WithOperatorRoutes(storefront, ["/admin"], bodyMegabytesMax: 8) // a form with a picture
    .WithRoutes(storefront, ["/"], arePages: true);

builder.AddLoadTest(gateway).ForwardTelemetrySettings();

builder.AddKubernetesTarget("kubernetes");
builder.AddComposeTarget("compose");
builder.AddVirtualMachineTarget("vms", "customer-vm1", "customer-vm2", "customer-vm3")
    .WithPlacement(redis, "customer-vm2");

return await builder.AddNativeEngines().AddRestarts().BuildAndRunAsync();

/// <summary>The AppHost's entry point; tests start it by this type.</summary>
public sealed partial class Program;
