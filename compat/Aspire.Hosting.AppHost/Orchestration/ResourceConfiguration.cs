using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Orchestration;

/// <summary>Runs a resource's callbacks and looks up their values.</summary>
internal static class ResourceConfiguration
{
    public static async Task<Dictionary<string, string>> EnvironmentAsync(IResource resource, DistributedApplicationExecutionContext context,
        CancellationToken ct)
    {
        var variables = new Dictionary<string, object>();
        foreach (var annotation in resource.Annotations.OfType<EnvironmentCallbackAnnotation>().ToList())
            await annotation.Callback(new EnvironmentCallbackContext(context, resource, variables, ct));
        var values = new Dictionary<string, string>(variables.Count);
        foreach (var (name, value) in variables)
            if (await ValueAsync(resource, context, value, ct) is { } text)
                values[name] = text;
        return values;
    }

    public static async Task<List<string>> ArgumentsAsync(IResource resource, DistributedApplicationExecutionContext context, CancellationToken ct)
    {
        List<object> arguments = [];
        foreach (var annotation in resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>().ToList())
            await annotation.Callback(new CommandLineArgsCallbackContext(arguments, resource, ct));
        List<string> values = new(arguments.Count);
        foreach (var argument in arguments)
            if (await ValueAsync(resource, context, argument, ct) is { } text)
                values.Add(text);
        return values;
    }

    private static async ValueTask<string?> ValueAsync(IResource resource, DistributedApplicationExecutionContext context, object value, CancellationToken ct)
        => value switch
    {
        string text => text,
        IValueProvider provider => await provider.GetValueAsync(new ValueProviderContext { ExecutionContext = context, Caller = resource }, ct),
        IResourceBuilder<IResource> { Resource: IValueProvider provider }
            => await provider.GetValueAsync(new ValueProviderContext { ExecutionContext = context, Caller = resource }, ct),
        _ => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture),
    };
}
