using NativeEngines;

namespace AppHost;

internal static class DocumentDbGateway
{
    /// <summary>
    /// Names the program that serves MongoDB's protocol when the server runs natively, as DocumentDB. In a container the server is MongoDB itself, and the
    /// program does not run.
    /// </summary>
    public static IResourceBuilder<MongoDBServerResource> WithDocumentDbGateway<TProject>(this IResourceBuilder<MongoDBServerResource> mongodb)
        where TProject : IProjectMetadata, new()
    {
        var server = mongodb.Resource;
        if (!mongodb.ApplicationBuilder.ExecutionContext.IsRunMode) return mongodb;
        var native = new NativeGatewayAnnotation(new ProjectResource($"{server.Name}-gateway"));
        mongodb.ApplicationBuilder.CreateResourceBuilder(native.Gateway)
            .WithAnnotation<IProjectMetadata>(new TProject())
            .WithBuiltProgram()
            .WithOtlpExporter()
            .WithParentRelationship(server)
            // MongoDB's protocol carries no trace context, so each command would be a trace of its own; the client's span has the same command.
            .WithEnvironment("OTEL_TRACES_SAMPLER", "always_off")
            .WithEnvironment(context =>
            {
                var port = server.PrimaryEndpoint.Property(EndpointProperty.Port);
                context.EnvironmentVariables["Gateway__Address"] = "127.0.0.1";
                context.EnvironmentVariables["Gateway__Port"] = port;
                context.EnvironmentVariables["Gateway__Engine"]
                    = ReferenceExpression.Create($"Host={native.EngineFolder};Port={port};Username=postgres;Database=postgres");
            });
        return mongodb.WithAnnotation(native);
    }
}
