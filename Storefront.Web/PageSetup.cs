using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Mvc.ApplicationModels;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Storefront.Web.Operations;
using Storefront.Web.Pages;
using Storefront.Web.Visitors;

namespace Storefront.Web;

/// <summary>Registers and configures the framework's services for pages.</summary>
internal static class PageSetup
{
    /// <summary>Cache policy of pages that are the same for everyone without a basket: rendered once a second for each search.</summary>
    public const string SharedPage = "shared-page";

    /// <summary>Rate limit of the operator's login: ten attempts a minute, for all clients together.</summary>
    public const string KeyTries = "key-tries";

    private const long RequestBodyBytesMax = 64 * 1024;

    private const int KeyTriesMax = 10;

    // Quantities are the only entries that are converted from text.
    private const string InvalidNumber = "Please enter a whole number.";

    private static readonly TimeSpan SharedPageAge = TimeSpan.FromSeconds(1), StaticFileAge = TimeSpan.FromHours(1), KeyTriesWindow = TimeSpan.FromMinutes(1);

    /// <summary>Adds Razor Pages, encrypted cookies, antiforgery tokens, rate limits and the page cache.</summary>
    public static void AddPages(this WebApplicationBuilder builder)
    {
        builder.Services.AddRazorPages(static options => options.Conventions.AddFolderRouteModelConvention("/", LowerCase))
            .AddMvcOptions(static options =>
            {
                // No page uses jQuery's field names, and this reader throws on one with an unclosed bracket, which would be a 500.
                options.ValueProviderFactories.RemoveType<JQueryFormValueProviderFactory>();
                // The framework's texts name the property: "The value '1.5' is not valid for Quantity."
                options.ModelBindingMessageProvider.SetAttemptedValueIsInvalidAccessor(static (_, _) => InvalidNumber);
                options.ModelBindingMessageProvider.SetUnknownValueIsInvalidAccessor(static _ => InvalidNumber);
                options.ModelBindingMessageProvider.SetValueIsInvalidAccessor(static _ => InvalidNumber);
                options.ModelBindingMessageProvider.SetValueMustNotBeNullAccessor(static _ => InvalidNumber);
            })
            .AddViewOptions(static options => options.HtmlHelperOptions.ClientValidationEnabled = false); // HTML's own attributes validate
        builder.Services.AddRouting(static options => options.LowercaseUrls = true);
        builder.Services.AddHttpContextAccessor();
        builder.Services.AddScoped<Visitor>();
        builder.Services.AddScoped<Operator>();
        builder.Services.AddAntiforgery(static options =>
        {
            (options.Cookie.Name, options.Cookie.SecurePolicy) = ("shop-form", CookieSecurePolicy.SameAsRequest);
            // Strict, the default, withholds the cookie when a visitor follows a link from another site. The response then replaces it, and forms that are open
            // in other tabs fail. Lax still withholds it from other sites' POSTs.
            options.Cookie.SameSite = SameSiteMode.Lax;
        });
        var tokens = builder.Services.Last(static service => service.ServiceType == typeof(IAntiforgery)).ImplementationType!;
        builder.Services.AddSingleton<IAntiforgery>(services => new SameOriginForms((IAntiforgery)ActivatorUtilities.CreateInstance(services, tokens)));
        var keys = builder.Services.AddDataProtection().SetApplicationName("shop");
        if (builder.Configuration[$"{ShopOptions.Section}:{nameof(ShopOptions.CookieSecret)}"] is { Length: > 0 } secret)
        {
            keys.DisableAutomaticKeyGeneration();
            builder.Services.Configure<KeyManagementOptions>(options => options.XmlRepository = new CookieKeys(secret));
        }

        builder.Services.AddOutputCache(static options => options.AddPolicy(SharedPage, static policy => policy
            .Expire(SharedPageAge).SetVaryByQuery(IndexModel.QueryNames).SetVaryByHost(false)
            .With(static context => !context.HttpContext.Request.Cookies.ContainsKey(Visitor.BasketCookie))));
        // TLS ends in front of the gateway, so the scheme comes from a header. Any client may set it: it only decides whether cookies are secure.
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

    // A page's route is its file's name, such as Basket. Links are in lower case, and so are the routes in traces and metrics.
    private static void LowerCase(PageRouteModel page)
    {
        foreach (var route in page.Selectors.Select(static selector => selector.AttributeRouteModel).OfType<AttributeRouteModel>())
            if (route.Template is { } template && !template.Contains('{', StringComparison.Ordinal)) route.Template = template.ToLowerInvariant();
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
        app.UseMiddleware<PageForms>();
        app.UseRateLimiter();
        app.UseOutputCache();
        app.MapRazorPages();
    }
}
