namespace AppHost;

/// <summary>The load generator, to be started by hand.</summary>
internal static class LoadTestResource
{
    /// <summary>Adds it to a run; a deployment has none. It plays all scenarios of the shop for a minute.</summary>
    public static IDistributedApplicationBuilder AddLoadTest<TProject>(this IDistributedApplicationBuilder builder, IResourceBuilder<ContainerResource> gateway)
        where TProject : IProjectMetadata, new()
    {
        if (builder.ExecutionContext.IsRunMode)
            builder.AddProject<TProject>("load-test", options => options.ExcludeLaunchProfile = true)
                .WithBuiltProgram()
                .WithArgs("shop", "--target", gateway.GetEndpoint("http"), "--duration", "60")
                .WaitFor(gateway)
                .WithExplicitStart();
        return builder;
    }
}
