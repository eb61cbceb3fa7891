using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.AuthenticatedEncryption.ConfigurationModel;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Storefront.Web.Visitors;

/// <summary>
/// The one key of data protection, made of a secret that all replicas are given: what one has sealed the others can open, before and after a restart, without
/// a place that they share. Another secret makes another key; then baskets and open forms are lost.
/// </summary>
internal sealed class CookieKeys : IXmlRepository
{
    /// <summary>Fewest characters of a secret.</summary>
    public const int SecretLengthMin = 32;

    private const int MasterKeyBytes = 64;

    private readonly XElement _key;

    public CookieKeys(string secret)
    {
        if (secret.Length < SecretLengthMin)
            throw new InvalidOperationException($"{ShopOptions.Section}:{nameof(ShopOptions.CookieSecret)} has less than {SecretLengthMin} characters.");
        using var master = new Secret(Derive(secret, "shop: master key of cookies", MasterKeyBytes));
        var descriptor = new AuthenticatedEncryptorDescriptor(new AuthenticatedEncryptorConfiguration(), master).ExportToXml();
        // The form in which the framework keeps its keys.
        _key = new XElement("key",
            new XAttribute("id", new Guid(Derive(secret, "shop: id of cookies' key", 16))),
            new XAttribute("version", 1),
            new XElement("creationDate", DateTimeOffset.UnixEpoch),
            new XElement("activationDate", DateTimeOffset.UnixEpoch),
            new XElement("expirationDate", DateTimeOffset.MaxValue),
            new XElement("descriptor",
                new XAttribute("deserializerType", descriptor.DeserializerType.AssemblyQualifiedName!), descriptor.SerializedDescriptorElement));
    }

    /// <inheritdoc />
    public IReadOnlyCollection<XElement> GetAllElements() => [new XElement(_key)];

    /// <inheritdoc />
    public void StoreElement(XElement element, string friendlyName) =>
        throw new InvalidOperationException("The key is made of the secret; no other one is kept.");

    private static byte[] Derive(string secret, string info, int length) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), length, info: Encoding.UTF8.GetBytes(info));
}
