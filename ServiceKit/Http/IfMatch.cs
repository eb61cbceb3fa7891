using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace ServiceKit.Http;

/// <summary>
/// The precondition of a write, from its If-Match header (RFC 9110, section 13.1.1): the client has read the version that it changes. Compares weakly, unlike
/// the RFC: services create all tags as strong ones, and the gateway weakens those of answers that it compresses.
/// </summary>
public sealed class IfMatch
{
    private IfMatch(IEnumerable<EntityTagHeaderValue> tags) => Tags = [.. tags.Select(static tag => tag.Tag.ToString())];

    /// <summary>The tags, with quotes and without the mark of a weak one.</summary>
    public IReadOnlyList<string> Tags { get; }

    /// <summary>
    /// Reads the header. Called by the framework. A write without it, or with *, has no precondition, because it needs an existing resource in any case.
    /// </summary>
    /// <exception cref="BadHttpRequestException">400: the header is malformed. Ignoring it could overwrite another client's change.</exception>
    public static ValueTask<IfMatch?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        ArgumentNullException.ThrowIfNull(context);
        return new(Read(context.Request.Headers.IfMatch));
    }

    /// <summary>Reads the header's values. See <see cref="BindAsync"/>.</summary>
    /// <exception cref="BadHttpRequestException">400: the header is malformed.</exception>
    public static IfMatch? Read(StringValues header)
    {
        if (header.Count == 0) return null;
        if (EntityTagHeaderValue.TryParseStrictList(header, out var tags) && tags.Count > 0 && (tags.Count == 1 || !tags.Contains(EntityTagHeaderValue.Any)))
            return tags.Contains(EntityTagHeaderValue.Any) ? null : new(tags);
        throw new BadHttpRequestException($"{HeaderNames.IfMatch} must be * or entity tags like \"abc\", separated by commas.");
    }

    /// <summary>Whether the header If-None-Match has this tag, or *. Compares weakly, as for every read.</summary>
    public static bool IsKnown(StringValues header, string tag) => EntityTagHeaderValue.TryParseList(header, out var tags)
        && tags.Any(one => one.Equals(EntityTagHeaderValue.Any) || one.Compare(EntityTagHeaderValue.Parse(tag), useStrongComparison: false));

    /// <summary>Whether the current version has one of the tags.</summary>
    /// <param name="tag">A strong tag, with quotes.</param>
    public bool IsMet(string tag) => Tags.Contains(tag, StringComparer.Ordinal);
}
