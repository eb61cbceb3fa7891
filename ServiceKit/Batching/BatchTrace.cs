using System.Diagnostics;

namespace ServiceKit.Batching;

/// <summary>Spans of batches. Each belongs to the trace of the first of its members that is recorded, and is linked to the others'.</summary>
public static class BatchTrace
{
    private static readonly ActivitySource Source = new("Shop.Batches");

    /// <summary>Starts the span of a batch; null where no member is recorded, and then what follows is in no trace either.</summary>
    /// <param name="name">Of the span.</param>
    /// <param name="members">Each member's trace; default where it is not recorded.</param>
    public static Activity? Start(string name, IEnumerable<ActivityContext> members)
    {
        Activity.Current = null; // of the batch before
        ActivityContext parent = default;
        List<ActivityLink>? links = null;
        foreach (var member in members)
        {
            if (member == default) continue;
            if (parent == default) parent = member;
            else (links ??= []).Add(new(member));
        }

        return parent == default ? null : Source.StartActivity(name, ActivityKind.Internal, parent, links: links);
    }
}
