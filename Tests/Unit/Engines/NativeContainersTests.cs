using EngineRoots;
using NativeEngines;

namespace Tests.Unit.Engines;

[Trait("Category", "Unit")]
public sealed class NativeContainersTests
{
    [Theory]
    [InlineData("redis", "redis", true)]
    [InlineData("registry.example:5000/library/postgres:18.3", "postgres", true)]
    [InlineData("registry.example/nginx@sha256:0123", "nginx", true)]
    [InlineData("library/mongo:8.3", "mongo", true)]
    [InlineData("library/redis-stack:1", "redis-stack", false)]
    [InlineData("redis/tool", "tool", false)]
    [InlineData("Redis", "Redis", false)]
    public void An_image_is_known_by_its_last_name(string image, string shortName, bool isSupported)
    {
        Assert.Equal(shortName, NativeContainers.ShortName(image));
        Assert.Equal(isSupported, NativeContainers.Supports(image));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("../b")]
    public void A_volume_cannot_be_outside_its_folder(string name) => Assert.Throws<EngineException>(() => NativeContainers.VolumePath(name));

    [Fact]
    public void A_volume_is_a_folder_of_its_name() =>
        Assert.EndsWith("/aspire-volumes/shop-postgres-data", NativeContainers.VolumePath("shop-postgres-data"), StringComparison.Ordinal);
}
