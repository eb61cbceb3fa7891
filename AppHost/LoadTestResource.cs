namespace AppHost;

/// <summary>The load generator, started by hand.</summary>
internal static class LoadTestResource
{
    /// <summary>
    /// Adds it to a run; a deployment has none. It plays all scenarios of the shop for a minute. It is not a project reference of the AppHost:
    /// a start of the shop does not wait for its build, and the first start of it builds it.
    /// </summary>
    public static IDistributedApplicationBuilder AddLoadTest(this IDistributedApplicationBuilder builder, IResourceBuilder<ContainerResource> gateway)
    {
        if (builder.ExecutionContext.IsRunMode)
            builder.AddExecutable("load-test", "dotnet", Path.Combine(builder.AppHostDirectory, "..", "LoadTest"))
                .WithArgs("run", "--configuration", BuiltProgram.Configuration, "--", "shop", "--target", gateway.GetEndpoint("http"), "--duration", "60")
                .WaitFor(gateway)
                .WithExplicitStart();
        return builder;
    }
}
