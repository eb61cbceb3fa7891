using System.Globalization;
using System.Reflection;
using Microsoft.Net.Http.Headers;

namespace Stock.Api.Catalog;

/// <summary>
/// The <c>If-Match</c> header of a change: the revision that the product must have. A parameter of this type is null if there is no such header.
/// </summary>
/// <param name="Revision">Null for any revision; -1 for a tag that no product has.</param>
internal sealed record IfMatch(long? Revision)
{
    /// <summary>Reads the header. Called by the framework.</summary>
    /// <exception cref="BadHttpRequestException">400: the value is not one entity tag or <c>*</c>.</exception>
    public static ValueTask<IfMatch?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var values = context.Request.Headers.IfMatch;
        if (values.Count == 0) return default;
        if (values.Count > 1 || !EntityTagHeaderValue.TryParse(values[0], out var tag))
            throw new BadHttpRequestException("If-Match must be the ETag of the product, or *.");
        if (tag.Equals(EntityTagHeaderValue.Any)) return new(new IfMatch((long?)null));
        var isRevision = long.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var revision) && !tag.IsWeak;
        return new(new IfMatch(isRevision ? revision : -1));
    }

    /// <summary>The entity tag of a revision.</summary>
    public static string TagOf(long revision) => string.Create(CultureInfo.InvariantCulture, $"\"{revision}\"");
}
