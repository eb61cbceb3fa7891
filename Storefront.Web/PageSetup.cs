using System.Threading.RateLimiting;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Storefront.Web.Operations;
using Storefront.Web.Visitors;

namespace Storefront.Web;

/// <summary>What pages need of the framework.</summary>
internal static class PageSetup
{
    /// <summary>For pages that are the same for everybody: made once a second.</summary>
    public const string SharedPage = "shared-page";

    /// <summary>For the form that takes the operator's key: nobody guesses it at ten tries a minute.</summary>
    public const string KeyTries = "key-tries";

    private const long RequestBodyBytesMax = 64 * 1024;

    private const int KeyTriesMax = 10;

    private static readonly TimeSpan SharedPageAge = TimeSpan.FromSeconds(1), StaticFileAge = TimeSpan.FromHours(1), KeyTriesWindow = TimeSpan.FromMinutes(1);

    /// <summary>Adds Razor Pages, sealed cookies, forms that cannot be forged, and shared pages.</summary>
    public static void AddPages(this WebApplicationBuilder builder)
    {
        builder.Services.AddRazorPages()
            // Names of fields as jQuery writes them: no page has them, and one with an open bracket would be a failure of ours.
            .AddMvcOptions(static options => options.ValueProviderFactories.RemoveType<JQueryFormValueProviderFactory>())
            .AddViewOptions(static options => options.HtmlHelperOptions.ClientValidationEnabled = false); // HTML's own does it
        builder.Services.AddRouting(static options => options.LowercaseUrls = true);
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddScoped<Visitor>();
        builder.Services.AddScoped<Operator>();
        builder.Services.AddAntiforgery(static options =>
            (options.Cookie.Name, options.Cookie.SecurePolicy) = ("shop-form", CookieSecurePolicy.SameAsRequest));
        var keys = builder.Services.AddDataProtection().SetApplicationName("shop");
        if (builder.Configuration[$"{ShopOptions.Section}:{nameof(ShopOptions.CookieSecret)}"] is { Length: > 0 } secret)
        {
            keys.DisableAutomaticKeyGeneration();
            builder.Services.Configure<KeyManagementOptions>(options => options.XmlRepository = new CookieKeys(secret));
        }

        builder.Services.AddOutputCache(static options => options.AddPolicy(SharedPage, static policy => policy
            .Expire(SharedPageAge).SetVaryByQuery([]).SetVaryByHost(false)
            .With(static context => !context.HttpContext.Request.Cookies.ContainsKey(Visitor.BasketCookie))));
        // Whether the visitor came over TLS, which ends before the gateway, makes cookies secure and nothing else: whoever claims it may.
        builder.Services.Configure<ForwardedHeadersOptions>(static options =>
        {
            options.ForwardedHeaders = ForwardedHeaders.XForwardedProto;
            options.KnownIPNetworks.Clear();
            options.KnownProxies.Clear();
        });
        builder.Services.AddRateLimiter(static options =>
        {
            options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            options.AddPolicy(KeyTries, static context => HttpMethods.IsPost(context.Request.Method)
                ? RateLimitPartition.GetFixedWindowLimiter("", static _ => new() { PermitLimit = KeyTriesMax, Window = KeyTriesWindow })
                : RateLimitPartition.GetNoLimiter("reading"));
        });
        builder.Services.Configure<KestrelServerOptions>(static kestrel => kestrel.Limits.MaxRequestBodySize = RequestBodyBytesMax);
    }

    /// <summary>Serves pages, styles and pictures.</summary>
    public static void UsePages(this WebApplication app)
    {
        app.UseForwardedHeaders();
        app.UseMiddleware<SecurityHeaders>();
        app.UseMiddleware<PageErrors>();
        app.UseStaticFiles(new StaticFileOptions
        {
            OnPrepareResponse = static file => file.Context.Response.GetTypedHeaders().CacheControl = new() { Public = true, MaxAge = StaticFileAge },
        });
        app.UseRouting();
        app.UseRateLimiter();
        app.UseOutputCache();
        app.MapRazorPages();
    }
}
