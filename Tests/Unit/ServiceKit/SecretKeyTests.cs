using System.Security.Cryptography;
using ServiceKit.Http;

namespace Tests.Unit.ServiceKit;

[Trait("Category", "Unit")]
public sealed class SecretKeyTests
{
    private const string Text = "correct horse battery";

    private readonly SecretKey _key = new(Text);

    [Theory]
    [InlineData(Text, true)]
    [InlineData("correct horse batterY", false)]
    [InlineData("correct horse battery ", false)]
    [InlineData("correct horse batter", false)]
    [InlineData("", false)]
    public void Only_the_key_itself_is_accepted(string text, bool isKey) => Assert.Equal(isKey, _key.Is(text));

    [Fact]
    public void A_digest_is_accepted_if_it_is_the_keys()
    {
        Assert.True(_key.HasDigest(_key.Digest));
        Assert.False(_key.HasDigest(SHA256.HashData("x"u8)));
        Assert.False(_key.HasDigest(_key.Digest[1..]));
        Assert.False(_key.HasDigest([]));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("fifteen letters", true)]
    [InlineData("sixteen letters!", false)]
    public void A_key_that_could_be_guessed_is_too_short(string? key, bool isTooShort) => Assert.Equal(isTooShort, SecretKey.IsTooShort(key));
}
