using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using NativeEngines;

namespace Tests.Unit.Engines;

/// <summary>Container resources that run as native processes.</summary>
[Trait("Category", "Unit")]
public sealed class EngineRuntimeTests
{
    private readonly IDistributedApplicationBuilder _builder
        = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { DisableDashboard = true }).AddNativeEngines();

    [Fact]
    public async Task A_requested_port_is_used_and_others_are_assigned()
    {
        var asked = Ports.Free() + 1; // not yet assigned
        var gateway = _builder.AddContainer("gateway", "nginx").WithHttpEndpoint(port: asked, targetPort: asked);
        var redis = _builder.AddRedis("redis");
        await ConvertAsync(gateway.Resource, redis.Resource);

        Assert.Equal(asked, gateway.GetEndpoint("http").Port);
        Assert.NotEqual(6379, redis.GetEndpoint("tcp").Port);
        Assert.All([gateway.GetEndpoint("http"), redis.GetEndpoint("tcp")], endpoint => Assert.False(endpoint.EndpointAnnotation.IsProxied));
    }

    [Fact]
    public async Task The_orchestrator_sees_a_process_and_no_container()
    {
        var redis = _builder.AddRedis("redis");
        await ConvertAsync(redis.Resource);

        Assert.False(redis.Resource.IsContainer());
        Assert.Single(_builder.Resources.OfType<ExecutableResource>(), process => process.Name == "redis-engine");
    }

    [Fact]
    public async Task An_image_without_a_native_form_is_rejected_with_a_solution()
    {
        var other = _builder.AddContainer("queue", "vendor/queue");
        var refusal = await Assert.ThrowsAsync<DistributedApplicationException>(() => ConvertAsync(other.Resource));
        Assert.Equal("'queue' needs a container runtime, but none answers: start Docker or Podman.", refusal.Message);
    }

    private async Task ConvertAsync(params ContainerResource[] containers)
    {
        await using var app = _builder.Build();
        app.Services.GetRequiredService<EngineRuntime>().Convert(new DistributedApplicationModel(_builder.Resources), containers);
    }
}
