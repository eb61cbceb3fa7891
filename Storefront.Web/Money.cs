using System.Globalization;

namespace Storefront.Web;

/// <summary>Amounts as people read them. The shop has whole dollars only.</summary>
internal static class Money
{
    /// <summary>Such as $1,250.</summary>
    public static string Text(long amount) => string.Create(CultureInfo.InvariantCulture, $"${amount:N0}");
}
