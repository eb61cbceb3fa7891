using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Tests.Repository;
using Tests.Unit;
using Tests.Unit.Deployment;

namespace Tests.Security;

/// <summary>Packages with known vulnerabilities stop CI; that nobody can be asked about them does not.</summary>
[Trait("Category", "Unit")]
public sealed class AuditTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData("told", true, 1, "NU1902")]
    [InlineData("told", false, 0, "NU1902")]
    [InlineData("away", true, 0, "NU1900")]
    [InlineData("unknown", true, 0, "")]
    public void A_restore_of_CI_fails_for_a_vulnerable_package_only(string feed, bool isCI, int code, string warning)
    {
        using var server = new Feed(feed);
        File.Copy(Path.Combine(SourceTree.Root, "Directory.Build.props"), _folder / "Directory.Build.props");
        _folder.Write("Audited.csproj", """
            <Project Sdk="Microsoft.NET.Sdk"><ItemGroup><PackageReference Include="Leaky" Version="1.0.0" /></ItemGroup></Project>
            """);
        _folder.Write("nuget.config", $"""
            <configuration><packageSources><clear /><add key="feed" value="{server.Index}" allowInsecureConnections="true" /></packageSources></configuration>
            """);
        var (exit, output) = Published.TryRun(
            _folder.Path, "dotnet", "restore", "-m:1", "--no-http-cache", $"-p:AuditFails={isCI}", "--packages", _folder / "packages");
        Assert.True(exit == code, output);
        Assert.Contains(warning, output, StringComparison.Ordinal);
        Assert.Equal(warning.Length > 0, output.Contains("NU19", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("{\"auditReportVersion\":2,\"vulnerabilities\":{}}", 0, 0, "no known vulnerabilities")]
    [InlineData("{\"auditReportVersion\":2,\"vulnerabilities\":{\"leaky\":{}}}", 1, 1, "known vulnerabilities")]
    [InlineData("{\"message\":\"getaddrinfo ENOTFOUND\",\"error\":{}}", 1, 0, "NOT CHECKED")]
    [InlineData("", 1, 0, "NOT CHECKED")]
    public void The_audit_of_npms_packages_fails_for_a_vulnerable_one_only(string report, int npm, int code, string text)
    {
        _folder.Write("repository/some/where/package-lock.json", "{}");
        Directory.CreateDirectory(_folder / "repository/.ci");
        File.Copy(Path.Combine(SourceTree.Root, ".ci/audit"), _folder / "repository/.ci/audit");
        _folder.Write("bin/npm", $"#!/bin/sh\ncat <<'END'\n{report}\nEND\nexit {npm}\n");
        Published.TryRun(_folder.Path, "chmod", "+x", "bin/npm");
        var path = $"PATH={_folder / "bin"}:{Environment.GetEnvironmentVariable("PATH")}";
        var (exit, output) = Published.TryRun(_folder.Path, "env", path, "repository/.ci/audit");
        Assert.True(exit == code, output);
        Assert.Contains("some/where: ", output, StringComparison.Ordinal);
        Assert.Contains(text, output, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>A feed of one package (NuGet's protocol 3) that tells of its vulnerability, should and does not, or knows nothing of such things.</summary>
    private sealed class Feed : IDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly Dictionary<string, byte[]> _files;

        public Feed(string kind)
        {
            using (var probe = new TcpListener(IPAddress.Loopback, 0))
            {
                probe.Start();
                Address = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
            }

            var audit = kind == "unknown" ? "" : $$""",{"@id":"{{Address}}/audit.json","@type":"VulnerabilityInfo/6.7.0"}""";
            _files = new()
            {
                ["/index.json"] = Utf8($$"""{"version":"3.0.0","resources":[{"@id":"{{Address}}/flat/","@type":"PackageBaseAddress/3.0.0"}{{audit}}]}"""),
                ["/flat/leaky/index.json"] = Utf8("""{"versions":["1.0.0"]}"""),
                ["/flat/leaky/1.0.0/leaky.1.0.0.nupkg"] = Package(),
            };
            if (kind == "told")
            {
                _files["/audit.json"] = Utf8($$"""[{"@name":"all","@id":"{{Address}}/all.json","@updated":"2026-01-01T00:00:00Z"}]""");
                _files["/all.json"] = Utf8("""{"leaky":[{"url":"urn:leak","severity":1,"versions":"[1.0.0]"}]}""");
            }

            _listener.Prefixes.Add($"{Address}/");
            _listener.Start();
            _ = ServeAsync();
        }

        public string Index => $"{Address}/index.json";

        private string Address { get; }

        public void Dispose() => ((IDisposable)_listener).Dispose();

        private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

        private static byte[] Package()
        {
            using var bytes = new MemoryStream();
            using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create))
            {
                using (var manifest = new StreamWriter(archive.CreateEntry("leaky.nuspec").Open()))
                    manifest.Write("""
                        <package xmlns="http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd"><metadata>
                          <id>Leaky</id><version>1.0.0</version><authors>nobody</authors><description>nothing</description>
                        </metadata></package>
                        """);
                archive.CreateEntry("lib/netstandard2.0/_._");
            }

            return bytes.ToArray();
        }

        private async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    var context = await _listener.GetContextAsync();
                    var found = _files.TryGetValue(context.Request.Url!.AbsolutePath, out var file);
                    context.Response.StatusCode = found ? 200 : 404;
                    context.Response.Close(file ?? [], willBlock: false);
                }
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }
}
