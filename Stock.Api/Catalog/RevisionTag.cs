using System.Globalization;
using ServiceKit.Http;

namespace Stock.Api.Catalog;

/// <summary>A product's revision as its entity tag.</summary>
internal static class RevisionTag
{
    /// <summary>A revision that no product has.</summary>
    private const long None = -1;

    public static string Of(long revision) => string.Create(CultureInfo.InvariantCulture, $"\"{revision}\"");

    /// <summary>Gets the revision that a change requires, or null if it requires none.</summary>
    /// <exception cref="BadHttpRequestException">400: there are several tags.</exception>
    public static long? Read(IfMatch? match) => match?.Tags switch
    {
        null => null,
        [var tag] => long.TryParse(tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision : None,
        _ => throw new BadHttpRequestException("If-Match must be the ETag of the product, or *."),
    };
}
