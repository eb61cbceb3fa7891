using System.Diagnostics;

namespace ServiceKit.Batching;

/// <summary>Creates spans of batches. A span belongs to the trace of its first recorded member and is linked to the others.</summary>
public static class BatchTrace
{
    private static readonly ActivitySource Source = new("Shop.Batches");

    /// <summary>Starts the span of a batch. Returns null if no member is recorded; the batch is then not traced.</summary>
    /// <param name="name">The span's name.</param>
    /// <param name="members">The members' trace contexts; default if a member is not recorded.</param>
    public static Activity? Start(string name, IEnumerable<ActivityContext> members)
    {
        Activity.Current = null; // clears the previous batch's span
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
