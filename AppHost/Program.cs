using AppHost;
using AppHost.Deployment;
using AppHost.Deployment.Vms;
using Microsoft.Extensions.Configuration;

if (!PublishCommand.TryTranslate(args, out var arguments)) return;
var builder = DistributedApplication.CreateBuilder(arguments);

var postgres = builder.AddPostgres("postgres").WithDataVolume().WithLoadSettings();
var orders = postgres.AddDatabase("orders");
var payments = postgres.AddDatabase("payments");
var redis = builder.AddRedis("redis").WithDataVolume().WithAppendOnlyFile();
var mongodb = builder.AddMongoDB("mongodb").WithDataVolume();
var customers = mongodb.AddDatabase("customers");

var stockApi = builder.AddProject("stock-api", "../Stock.Api")
    .WithReference(redis).WaitFor(redis)
    .WithHttpHealthCheck("/health");

var paymentApi = builder.AddProject("payment-api", "../Payment.Api")
    .WithReference(payments).WaitFor(payments)
    .WithHttpHealthCheck("/health");

var orderApi = builder.AddProject("order-api", "../Order.Api")
    .WithReference(orders).WaitFor(orders)
    .WithReference(stockApi).WithReference(paymentApi)
    .WithHttpHealthCheck("/health");

var customerApi = builder.AddProject("customer-api", "../Customer.Api")
    .WithReference(customers).WaitFor(customers)
    .WithHttpHealthCheck("/health");

var cookieSecret = builder.AddParameter("cookie-secret", new GenerateParameterDefault { MinLength = 40, Special = false }, secret: true, persist: true);
var storefront = builder.AddProject("storefront", "../Storefront.Web")
    .WithReference(orderApi).WithReference(paymentApi).WithReference(stockApi).WithReference(customerApi)
    .WithEnvironment("Shop__CookieSecret", cookieSecret) // one for all replicas
    .WithShopCommands(stockApi, orderApi)
    .WithHttpHealthCheck("/health");

var gateway = builder.AddNginxGateway("gateway", port: builder.Configuration.GetValue("Gateway:Port", 8000))
    .WithRoutes(orderApi, ["/orders/create/", "/orders/find/", "/orders/addItem/", "/orders/removeItem/", "/orders/checkout/", "/orders/batch_init/"],
        stripPrefix: "/orders", costlyPaths: ["/orders/batch_init"])
    .WithRoutes(stockApi, ["/stock/"], stripPrefix: "/stock", costlyPaths: ["/stock/batch_init"])
    .WithRoutes(paymentApi, ["/payment/"], stripPrefix: "/payment", costlyPaths: ["/payment/batch_init"])
    // 16 MiB: a batch of 1,000 customers, or max_payload_size_kb at its highest.
    .WithRoutes(customerApi, ["/customers", "/stress"], bodyMegabytesMax: 16, costlyPaths: ["/customers/analytics", "/customers/batch", "/stress"])
    .WithOperatorRoutes(storefront, ["/admin"])
    .WithRoutes(storefront, ["/"], arePages: true);

if (builder.Publishes("kubernetes")) builder.AddKubernetesEnvironment("kubernetes").WithKustomize();
if (builder.Publishes("compose")) builder.AddDockerComposeEnvironment("compose").WithComposeFile();
if (builder.Publishes("vms"))
    builder.AddVirtualMachineEnvironment("vms", "customer-vm1", "customer-vm2", "customer-vm3")
        .WithPlacement(postgres, "customer-vm1").WithPlacement(redis, "customer-vm2").WithPlacement(mongodb, "customer-vm3");

builder.AddLoadTest(gateway).ForwardTelemetrySettings();
builder.Build().Run();

/// <summary>The AppHost's entry point; tests start it by this type.</summary>
public sealed partial class Program;
