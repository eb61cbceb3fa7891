using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.AuthenticatedEncryption.ConfigurationModel;
using Microsoft.AspNetCore.DataProtection.Repositories;

namespace Storefront.Web.Visitors;

/// <summary>
/// Derives data protection's only key from a secret that all replicas share. Each replica can open the others' cookies, also after a restart, without shared
/// storage. Changing the secret changes the key and invalidates baskets and open forms.
/// </summary>
internal sealed class CookieKeys : IXmlRepository
{
    /// <summary>Minimum length of the secret, in characters.</summary>
    public const int SecretLengthMin = 32;

    private const int MasterKeyBytes = 64;

    private readonly XElement _key;

    public CookieKeys(string secret)
    {
        if (secret.Length < SecretLengthMin)
            throw new InvalidOperationException($"{ShopOptions.Section}:{nameof(ShopOptions.CookieSecret)} must have at least {SecretLengthMin} characters.");
        using var master = new Secret(Derive(secret, "shop: master key of cookies", MasterKeyBytes));
        var descriptor = new AuthenticatedEncryptorDescriptor(new AuthenticatedEncryptorConfiguration(), master).ExportToXml();
        // The framework's format for stored keys.
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
        throw new InvalidOperationException("The key is derived from the secret. Other keys cannot be stored.");

    private static byte[] Derive(string secret, string info, int length) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), length, info: Encoding.UTF8.GetBytes(info));
}
