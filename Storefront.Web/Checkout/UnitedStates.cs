namespace Storefront.Web.Checkout;

/// <summary>The states the shop delivers to, and the District of Columbia, with their two-letter postal codes.</summary>
internal static class UnitedStates
{
    /// <summary>Codes and names, sorted by name.</summary>
    public static IReadOnlyList<(string Code, string Name)> All { get; } =
    [
        ("AL", "Alabama"), ("AK", "Alaska"), ("AZ", "Arizona"), ("AR", "Arkansas"), ("CA", "California"), ("CO", "Colorado"), ("CT", "Connecticut"),
        ("DE", "Delaware"), ("DC", "District of Columbia"), ("FL", "Florida"), ("GA", "Georgia"), ("HI", "Hawaii"), ("ID", "Idaho"), ("IL", "Illinois"),
        ("IN", "Indiana"), ("IA", "Iowa"), ("KS", "Kansas"), ("KY", "Kentucky"), ("LA", "Louisiana"), ("ME", "Maine"), ("MD", "Maryland"),
        ("MA", "Massachusetts"), ("MI", "Michigan"), ("MN", "Minnesota"), ("MS", "Mississippi"), ("MO", "Missouri"), ("MT", "Montana"), ("NE", "Nebraska"),
        ("NV", "Nevada"), ("NH", "New Hampshire"), ("NJ", "New Jersey"), ("NM", "New Mexico"), ("NY", "New York"), ("NC", "North Carolina"),
        ("ND", "North Dakota"), ("OH", "Ohio"), ("OK", "Oklahoma"), ("OR", "Oregon"), ("PA", "Pennsylvania"), ("RI", "Rhode Island"),
        ("SC", "South Carolina"), ("SD", "South Dakota"), ("TN", "Tennessee"), ("TX", "Texas"), ("UT", "Utah"), ("VT", "Vermont"), ("VA", "Virginia"),
        ("WA", "Washington"), ("WV", "West Virginia"), ("WI", "Wisconsin"), ("WY", "Wyoming"),
    ];

    /// <summary>The code for a code or name, ignoring case; null if it is neither.</summary>
    public static string? CodeOf(string? text) => All.FirstOrDefault(state =>
        state.Code.Equals(text?.Trim(), StringComparison.OrdinalIgnoreCase) || state.Name.Equals(text?.Trim(), StringComparison.OrdinalIgnoreCase)).Code;

    /// <summary>The name for a code; the code itself if it is unknown.</summary>
    public static string NameOf(string code) => All.FirstOrDefault(state => state.Code == code).Name ?? code;
}
