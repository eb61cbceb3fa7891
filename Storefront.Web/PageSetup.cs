using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Storefront.Web.Visitors;

namespace Storefront.Web;

/// <summary>What pages need of the framework.</summary>
internal static class PageSetup
{
    /// <summary>For pages that are the same for everybody: made once a second.</summary>
    public const string SharedPage = "shared-page";

    private const long RequestBodyBytesMax = 64 * 1024;

    private static readonly TimeSpan SharedPageAge = TimeSpan.FromSeconds(1), StaticFileAge = TimeSpan.FromHours(1);

    /// <summary>Adds Razor Pages, sealed cookies, forms that cannot be forged, and shared pages.</summary>
    public static void AddPages(this WebApplicationBuilder builder)
    {
        builder.Services.AddRazorPages().AddViewOptions(static options => options.HtmlHelperOptions.ClientValidationEnabled = false); // HTML's own does it
        builder.Services.AddRouting(static options => options.LowercaseUrls = true);
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddScoped<Visitor>();
        builder.Services.AddAntiforgery(static options =>
            (options.Cookie.Name, options.Cookie.SecurePolicy) = ("shop-form", CookieSecurePolicy.SameAsRequest));
        var keys = builder.Services.AddDataProtection().SetApplicationName("shop");
        if (builder.Configuration[$"{ShopOptions.Section}:{nameof(ShopOptions.KeysFolder)}"] is { Length: > 0 } folder)
            keys.PersistKeysToFileSystem(new DirectoryInfo(folder));
        builder.Services.AddOutputCache(static options => options.AddPolicy(SharedPage, static policy => policy
            .Expire(SharedPageAge).SetVaryByQuery([]).SetVaryByHost(false)
            .With(static context => !context.HttpContext.Request.Cookies.ContainsKey(Visitor.BasketCookie))));
        builder.Services.Configure<KestrelServerOptions>(static kestrel => kestrel.Limits.MaxRequestBodySize = RequestBodyBytesMax);
    }

    /// <summary>Serves pages, styles and pictures.</summary>
    public static void UsePages(this WebApplication app)
    {
        app.UseMiddleware<SecurityHeaders>();
        app.UseMiddleware<PageErrors>();
        app.UseStaticFiles(new StaticFileOptions
        {
            OnPrepareResponse = static file => file.Context.Response.GetTypedHeaders().CacheControl = new() { Public = true, MaxAge = StaticFileAge },
        });
        app.UseRouting();
        app.UseOutputCache();
        app.MapRazorPages();
    }
}
