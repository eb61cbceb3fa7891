using System.Globalization;

namespace Storefront.Web;

/// <summary>Formats amounts, which are whole dollars.</summary>
internal static class Money
{
    /// <summary>For example $1,250.</summary>
    public static string Text(long amount) => string.Create(CultureInfo.InvariantCulture, $"${amount:N0}");
}
