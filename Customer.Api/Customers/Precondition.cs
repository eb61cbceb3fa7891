using System.Reflection;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Customer.Api.Customers;

/// <summary>The precondition of a write, from its If-Match header (RFC 9110, section 13.1.1): the client has read the version that it changes.</summary>
internal sealed class Precondition
{
    private readonly IReadOnlyList<EntityTagHeaderValue> _tags;

    private Precondition(IReadOnlyList<EntityTagHeaderValue> tags) => _tags = tags;

    /// <summary>
    /// Reads the header. Called by the framework. A write without it, or with *, has no precondition, because it needs an existing customer in any case.
    /// </summary>
    /// <exception cref="BadHttpRequestException">400: the header is malformed. Ignoring it could overwrite another client's change.</exception>
    public static ValueTask<Precondition?> BindAsync(HttpContext context, ParameterInfo parameter) => new(Read(context.Request.Headers.IfMatch));

    internal static Precondition? Read(StringValues header)
    {
        if (header.Count == 0) return null;
        if (EntityTagHeaderValue.TryParseStrictList(header, out var tags) && tags.Count > 0 && (tags.Count == 1 || !tags.Contains(EntityTagHeaderValue.Any)))
            return tags.Contains(EntityTagHeaderValue.Any) ? null : new([.. tags]);
        throw new BadHttpRequestException($"{HeaderNames.IfMatch} must be * or entity tags like \"abc\", separated by commas.");
    }

    /// <summary>Whether the header If-None-Match has this tag, or *. Compares weakly, as for every read.</summary>
    public static bool IsKnown(StringValues header, string tag) => EntityTagHeaderValue.TryParseList(header, out var tags)
        && tags.Any(one => one.Equals(EntityTagHeaderValue.Any) || one.Compare(EntityTagHeaderValue.Parse(tag), useStrongComparison: false));

    /// <summary>
    /// Whether the current version has one of the tags. Compares weakly, unlike RFC 9110: all tags are created as strong ones, and the gateway weakens those of
    /// answers that it compresses.
    /// </summary>
    public bool IsMet(string tag) => _tags.Any(one => one.Compare(EntityTagHeaderValue.Parse(tag), useStrongComparison: false));
}
