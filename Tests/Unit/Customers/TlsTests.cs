extern alias CustomerApi;

using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CustomerApi::Customer.Api.Configuration;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Tests.Unit.Customers;

/// <summary>tls_enabled and tls_ca_file_path: a server is trusted if its certificate has the right name and was issued by an authority in the file.</summary>
[Trait("Category", "Unit")]
public sealed class TlsTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData(true, "127.0.0.1", true)]
    [InlineData(true, "10.1.2.3", false)]
    [InlineData(false, "127.0.0.1", false)]
    public async Task Only_a_server_with_the_right_authority_and_name_is_trusted(bool isTrusted, string name, bool isAccepted)
    {
        var (authority, issuer, certificate) = Issue(name);
        _folder.Write("ca.pem", isTrusted ? authority.ExportCertificatePem() : Issue(name).Authority.ExportCertificatePem());
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var isTalkedTo = IsTalkedToAsync(listener, SslStreamCertificateContext.Create(certificate, [issuer], offline: true));
        var errors = new List<string>();
        var configured = CustomerSettings.Read("f", $"""
            connection_uri = mongodb://{listener.LocalEndpoint}/
            tls_enabled = true
            tls_ca_file_path = {_folder / "ca.pem"}
            server_selection_timeout_ms = 1000
            """, static _ => null, null, errors);
        Assert.Empty(errors);
        var settings = MongoClientSettings.FromConnectionString(configured.ConnectionUri);
        ClientSettings.Apply(configured, settings);
        using var client = new MongoClient(settings);
        var ping = client.GetDatabase("test").RunCommandAsync<BsonDocument>(
            new BsonDocument("ping", 1), cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal(isAccepted, await isTalkedTo);
        var failure = await Assert.ThrowsAsync<TimeoutException>(() => ping); // there is no reply
        Assert.Equal(!isAccepted, failure.Message.Contains("certificate", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Whether a client sends data over TLS, which it only does after accepting the server's certificate.</summary>
    private static async Task<bool> IsTalkedToAsync(TcpListener listener, SslStreamCertificateContext certificate)
    {
        using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await using var tls = new SslStream(client.GetStream());
        try
        {
            await tls.AuthenticateAsServerAsync(
                new SslServerAuthenticationOptions { ServerCertificateContext = certificate }, TestContext.Current.CancellationToken);
            return await tls.ReadAsync(new byte[1], TestContext.Current.CancellationToken) > 0;
        }
        catch (Exception e) when (e is IOException or AuthenticationException)
        {
            return false;
        }
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Creates a certificate issued by an intermediate, which a server sends along with its own.</summary>
    private static (X509Certificate2 Authority, X509Certificate2 Issuer, X509Certificate2 Certificate) Issue(string name)
    {
        var (from, until) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var authority = Request("CN=authority", isAuthority: true, out _).CreateSelfSigned(from, until);
        var issuer = Request("CN=issuer", isAuthority: true, out var issuerKey).Create(authority, from, until, [1]).CopyWithPrivateKey(issuerKey);
        var request = Request("CN=server", isAuthority: false, out var key);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(name));
        request.CertificateExtensions.Add(names.Build());
        return (authority, issuer, request.Create(issuer, from, until, [2]).CopyWithPrivateKey(key));
    }

    private static CertificateRequest Request(string name, bool isAuthority, out ECDsa key)
    {
        key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        return request;
    }
}
