using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using Aspire.Hosting.ApplicationModel;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Aspire.Hosting.Dashboard;

/// <summary>Snapshots as the dashboard wants them.</summary>
internal static class ResourceMapping
{
    /// <summary>Translates the snapshot of an instance.</summary>
    public static Proto.Resource ToProto(ResourceEvent instance)
    {
        var (snapshot, resource) = (instance.Snapshot, instance.Resource);
        var message = new Proto.Resource
        {
            Name = instance.ResourceId,
            DisplayName = resource.Name,
            ResourceType = snapshot.ResourceType,
            Uid = instance.ResourceId,
            CreatedAt = Time(snapshot.CreationTimeStamp ?? DateTime.UnixEpoch), // without it the dashboard shows nothing at all
            StartedAt = Time(snapshot.StartTimeStamp),
            StoppedAt = Time(snapshot.StopTimeStamp),
            IsHidden = snapshot.IsHidden,
        };
        if (snapshot.State is { } state)
        {
            message.State = state.Text;
            if (state.Style is { } style) message.StateStyle = style;
        }
        if (snapshot.IconName is { } icon) message.IconName = icon;
        if (snapshot.IconVariant is { } variant) message.IconVariant = Variant(variant);
        foreach (var variable in snapshot.EnvironmentVariables)
        {
            var item = new Proto.EnvironmentVariable { Name = variable.Name, IsFromSpec = variable.IsFromSpec };
            if (variable.Value is { } value) item.Value = value;
            message.Environment.Add(item);
        }
        message.Volumes.Add(snapshot.Volumes.Select(v => new Proto.Volume
        {
            Source = v.Source ?? "",
            Target = v.Target,
            MountType = v.MountType,
            IsReadOnly = v.IsReadOnly,
        }));
        message.Relationships.Add(snapshot.Relationships.Select(r => new Proto.ResourceRelationship { ResourceName = r.ResourceName, Type = r.Type }));
        message.Urls.Add(snapshot.Urls.Select(ToProto));
        message.HealthReports.Add(snapshot.HealthReports.Select(ToProto));
        message.Commands.Add(snapshot.Commands.Select(ToProto));
        AddProperties(message, instance);
        return message;
    }

    private static Proto.Url ToProto(UrlSnapshot url) => new()
    {
        EndpointName = url.Name ?? "",
        FullUrl = url.Url,
        IsInternal = url.IsInternal,
        IsInactive = url.IsInactive,
        DisplayProperties = new Proto.UrlDisplayProperties { DisplayName = url.DisplayProperties.DisplayName, SortOrder = url.DisplayProperties.SortOrder },
    };

    private static Proto.HealthReport ToProto(HealthReportSnapshot report)
    {
        var message = new Proto.HealthReport
        {
            Key = report.Name,
            Description = report.Description ?? "",
            Exception = report.ExceptionText ?? "",
            LastRunAt = Time(report.LastRunAt),
        };
        if (report.Status is { } status)
            message.Status = status switch
            {
                HealthStatus.Healthy => Proto.HealthStatus.Healthy,
                HealthStatus.Degraded => Proto.HealthStatus.Degraded,
                _ => Proto.HealthStatus.Unhealthy,
            };
        return message;
    }

    private static Proto.ResourceCommand ToProto(ResourceCommandSnapshot command)
    {
        var message = new Proto.ResourceCommand
        {
            Name = command.Name,
            DisplayName = command.DisplayName,
            IsHighlighted = command.IsHighlighted,
            State = command.State switch
            {
                ResourceCommandState.Enabled => Proto.ResourceCommandState.Enabled,
                ResourceCommandState.Disabled => Proto.ResourceCommandState.Disabled,
                _ => Proto.ResourceCommandState.Hidden,
            },
        };
        if (command.DisplayDescription is { } description) message.DisplayDescription = description;
        if (command.ConfirmationMessage is { } question) message.ConfirmationMessage = question;
        if (command.IconName is { } icon) message.IconName = icon;
        if (command.IconVariant is { } variant) message.IconVariant = Variant(variant);
        return message;
    }

    private static void AddProperties(Proto.Resource message, ResourceEvent instance)
    {
        var (snapshot, resource) = (instance.Snapshot, instance.Resource);
        foreach (var property in snapshot.Properties)
            message.Properties.Add(new Proto.ResourceProperty { Name = property.Name, Value = ToValue(property.Value), IsSensitive = property.IsSensitive });
        Add(KnownProperties.Resource.Name, instance.ResourceId);
        Add(KnownProperties.Resource.Type, snapshot.ResourceType);
        Add(KnownProperties.Resource.DisplayName, resource.Name);
        Add(KnownProperties.Resource.State, snapshot.State?.Text);
        Add(KnownProperties.Resource.ExitCode, snapshot.ExitCode?.ToString(CultureInfo.InvariantCulture)); // read as text
        Add(KnownProperties.Resource.CreateTime, snapshot.CreationTimeStamp);
        Add(KnownProperties.Resource.StartTime, snapshot.StartTimeStamp);
        Add(KnownProperties.Resource.StopTime, snapshot.StopTimeStamp);
        Add(KnownProperties.Resource.HealthState, snapshot.HealthStatus?.ToString());
        Add(KnownProperties.Resource.ParentName, ParentOf(resource)?.GetResourceIds()[0]);

        void Add(string name, object? value)
        {
            if (value is not null && message.Properties.All(p => p.Name != name))
                message.Properties.Add(new Proto.ResourceProperty { Name = name, Value = ToValue(value) });
        }
    }

    private static IResource? ParentOf(IResource resource)
        => (resource as IResourceWithParent)?.Parent
            ?? resource.AnnotationsOf<ResourceRelationshipAnnotation>().LastOrDefault(r => r.Type == "Parent")?.Resource;

    private static Value ToValue(object? value) => value switch
    {
        null => Value.ForNull(),
        string text => Value.ForString(text),
        bool truth => Value.ForBool(truth),
        int or long or short or byte or double or float or decimal => Value.ForNumber(Convert.ToDouble(value, CultureInfo.InvariantCulture)),
        DateTime time => Value.ForString(time.ToUniversalTime().ToString("O", CultureInfo.InvariantCulture)),
        IEnumerable list => Value.ForList([.. list.Cast<object?>().Select(ToValue)]),
        IFormattable formattable => Value.ForString(formattable.ToString(null, CultureInfo.InvariantCulture)),
        _ => Value.ForString(value.ToString() ?? ""),
    };

    private static Timestamp? Time(DateTime? time) => time is { } value ? Timestamp.FromDateTime(value.ToUniversalTime()) : null;

    private static Proto.IconVariant Variant(IconVariant variant) => variant == IconVariant.Filled ? Proto.IconVariant.Filled : Proto.IconVariant.Regular;
}
