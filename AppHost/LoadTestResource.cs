namespace AppHost;

internal static class LoadTestResource
{
    /// <summary>
    /// Adds the load generator to a run; a deployment has none. It is started by hand and plays all scenarios of the shop for a minute. It is not a project
    /// reference of the AppHost: the shop starts without waiting for its build, and its first start builds it.
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
