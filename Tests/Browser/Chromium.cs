using Microsoft.Playwright;

namespace Tests.Browser;

/// <summary>Runs the installed Chromium headless instead of downloading Playwright's build.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    private IPlaywright? _playwright;
    private readonly List<(string Test, IBrowserContext Context)> _contexts = [];
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        var path = Find();
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Args = ["--disable-dev-shm-usage", "--disable-gpu"] });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>Opens a new browser context without any cookies or storage. The next test closes it, so that its pages do not refresh any longer.</summary>
    public async Task<IPage> NewVisitorAsync(Uri shop, bool withScripts = true, bool isPhone = false, ColorScheme scheme = ColorScheme.Light)
    {
        var test = TestContext.Current.Test!.UniqueID;
        foreach (var old in _contexts.FindAll(one => one.Test != test)) await old.Context.CloseAsync();
        _contexts.RemoveAll(one => one.Test != test);
        var context = await _browser!.NewContextAsync(new()
        {
            BaseURL = shop.ToString(),
            JavaScriptEnabled = withScripts,
            ColorScheme = scheme,
            ViewportSize = isPhone ? new() { Width = 360, Height = 740 } : new() { Width = 1280, Height = 900 },
            IsMobile = isPhone,
            HasTouch = isPhone,
        });
        _contexts.Add((test, context));
        context.SetDefaultTimeout(20_000);
        return await context.NewPageAsync();
    }

    private static string Find()
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return Environment.GetEnvironmentVariable("CHROMIUM_PATH")
            ?? (from name in Names from folder in folders select Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException(
                "The browser tests need Chromium. Install it (Debian: apt-get install chromium), or say in CHROMIUM_PATH where it is.");
    }
}
