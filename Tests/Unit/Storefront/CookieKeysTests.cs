extern alias StorefrontWeb;
using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using StorefrontWeb::Storefront.Web.Visitors;

namespace Tests.Unit.Storefront;

[Trait("Category", "Unit")]
public sealed class CookieKeysTests
{
    private static readonly string Secret = new('s', CookieKeys.SecretLengthMin);

    [Fact]
    public void Replicas_with_one_secret_open_what_the_others_have_sealed()
    {
        using var one = Replica(Secret);
        using var other = Replica(Secret);
        Assert.Equal("mug:2", Protector(other).Unprotect(Protector(one).Protect("mug:2")));
    }

    [Fact]
    public void Another_secret_cannot_open_it()
    {
        using var one = Replica(Secret);
        using var other = Replica(Secret + "!");
        Assert.Throws<CryptographicException>(() => Protector(other).Unprotect(Protector(one).Protect("mug:2")));
    }

    [Fact]
    public void A_short_secret_is_refused() => Assert.Throws<InvalidOperationException>(() => new CookieKeys(Secret[1..]));

    private static ServiceProvider Replica(string secret)
    {
        var services = new ServiceCollection();
        services.AddDataProtection().SetApplicationName("shop").DisableAutomaticKeyGeneration();
        services.Configure<KeyManagementOptions>(options => options.XmlRepository = new CookieKeys(secret));
        return services.BuildServiceProvider();
    }

    private static IDataProtector Protector(ServiceProvider replica) => replica.GetRequiredService<IDataProtectionProvider>().CreateProtector("test");
}
