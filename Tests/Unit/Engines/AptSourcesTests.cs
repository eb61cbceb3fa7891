using EngineRoots;
using NativeEngines;

namespace Tests.Unit.Engines;

[Trait("Category", "Unit")]
public sealed class AptSourcesTests
{
    [Theory]
    [InlineData("deb http://mirror.example/debian forky main", "http://mirror.example/debian")]
    [InlineData("  deb\thttp://mirror.example/debian forky main", "http://mirror.example/debian")]
    [InlineData("deb [arch=amd64 signed-by=/usr/share/keyrings/a.gpg] https://mirror.example/debian forky main # ours", "https://mirror.example/debian")]
    [InlineData("deb http://a.example/debian x main\r\ndeb http://b.example/debian x main\r\n", "http://a.example/debian http://b.example/debian")]
    [InlineData("# deb http://mirror.example/debian forky main", "")]
    [InlineData("deb-src http://mirror.example/debian forky main", "")]
    [InlineData("deb", "")]
    [InlineData("debhttp://mirror.example/debian", "")]
    public void A_one_line_file_gives_the_addresses_of_its_binary_lines(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', AptSources.ParseOneLine(text)));

    [Theory]
    [InlineData("Types: deb\nURIs: http://mirror.example/debian\nSuites: forky\n", "http://mirror.example/debian")]
    [InlineData("types: deb deb-src\nuris: http://a.example/debian http://b.example/debian", "http://a.example/debian http://b.example/debian")]
    [InlineData("Types: deb\nURIs:\n http://a.example/debian\n http://b.example/debian\n", "http://a.example/debian http://b.example/debian")]
    [InlineData("Types: deb\n# a comment in between\nURIs: http://mirror.example/debian\n", "http://mirror.example/debian")]
    [InlineData("Types: deb\r\nURIs: http://a.example/debian\r\n\r\nTypes: deb\r\nURIs: http://b.example/debian\r\n",
        "http://a.example/debian http://b.example/debian")]
    [InlineData("Types: deb\nURIs: http://a.example/debian\n \t\nTypes: deb\nURIs: http://b.example/debian\n",
        "http://a.example/debian http://b.example/debian")]
    [InlineData("Enabled: No\nTypes: deb\nURIs: http://mirror.example/debian\n", "")]
    [InlineData("Enabled: FALSE\nTypes: deb\nURIs: http://mirror.example/debian\n", "")]
    [InlineData("Enabled: off\nTypes: deb\nURIs: http://mirror.example/debian\n", "")]
    [InlineData("Enabled: 0\nTypes: deb\nURIs: http://mirror.example/debian\n", "")]
    [InlineData("Enabled: Yes\nTypes: deb\nURIs: http://mirror.example/debian\n", "http://mirror.example/debian")]
    [InlineData("Enabled: no\nTypes: deb\nURIs: http://mirror.example/debian\n", "")]
    [InlineData("Types: deb-src\nURIs: http://mirror.example/debian\n", "")]
    [InlineData("Types: deb\n", "")]
    [InlineData(" a line that continues nothing\n", "")]
    public void A_deb822_file_gives_the_addresses_of_its_enabled_binary_stanzas(string text, string expected) =>
        Assert.Equal(expected, string.Join(' ', AptSources.ParseDeb822(text)));

    [Theory]
    [InlineData("http://mirror.example/debian", true)]
    [InlineData("https://mirror.example/debian/", true)]
    [InlineData("http://mirror.example/pub/debian", true)]
    [InlineData("http://mirror.example/debian-security", false)]
    [InlineData("http://mirror.example/ubuntu", false)]
    [InlineData("http://mirror.example/notdebian", false)]
    [InlineData("file:/srv/debian", false)]
    [InlineData("cdrom:[Debian]/debian", false)]
    [InlineData("mirror.example/debian", false)]
    public void Only_http_addresses_that_end_in_debian_can_be_its_archive(string address, bool expected) =>
        Assert.Equal(expected, AptSources.IsDebianArchive(address));

    [Fact]
    public void Mirrors_of_all_files_come_once_each_and_the_plain_path_first()
    {
        using var apt = new TempFolder();
        apt.Write("sources.list", "deb http://vendor.example/tool/debian stable main\ndeb http://security.example/debian-security forky main\n");
        apt.Write("sources.list.d/b.list", "deb http://mirror.example/debian/ forky main\n");
        apt.Write("sources.list.d/a.sources", "Types: deb\nURIs: http://mirror.example/debian\n");
        apt.Write("sources.list.d/c.list.bak", "deb http://old.example/debian forky main\n");

        Assert.Equal(["http://mirror.example/debian", "http://vendor.example/tool/debian"], AptSources.FindDebianMirrors(apt.Path));
    }

    [Fact]
    public void A_machine_without_apt_has_no_mirror()
    {
        using var apt = new TempFolder();
        Assert.Empty(AptSources.FindDebianMirrors(apt / "missing"));
    }
}
