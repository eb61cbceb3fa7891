namespace MongoDB.Bson.Serialization.Attributes;

/// <summary>The member is the document's <c>_id</c>. Without it, a member called Id, id or _id is.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class BsonIdAttribute : Attribute;

/// <summary>The element's name.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class BsonElementAttribute(string elementName) : Attribute
{
    /// <summary>The element's name.</summary>
    public string ElementName { get; } = elementName;

    /// <summary>Place among the elements; members without one come after, in order of declaration.</summary>
    public int Order { get; set; } = int.MaxValue;
}

/// <summary>The BSON type that the member is written as.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class BsonRepresentationAttribute(BsonType representation) : Attribute
{
    /// <summary>The BSON type.</summary>
    public BsonType Representation { get; } = representation;
}

/// <summary>How a Guid is laid out. There is no default: a Guid without it, and not written as a string, is an error.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class BsonGuidRepresentationAttribute(GuidRepresentation guidRepresentation) : Attribute
{
    /// <summary>The layout.</summary>
    public GuidRepresentation GuidRepresentation { get; } = guidRepresentation;
}

/// <summary>The member is neither written nor read.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class BsonIgnoreAttribute : Attribute;

/// <summary>The member is not written while it is null.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class BsonIgnoreIfNullAttribute(bool value = true) : Attribute
{
    /// <summary>Whether it is so.</summary>
    public bool Value { get; } = value;
}

/// <summary>The member is not written while it is its type's default.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class BsonIgnoreIfDefaultAttribute(bool value = true) : Attribute
{
    /// <summary>Whether it is so.</summary>
    public bool Value { get; } = value;
}

/// <summary>Elements that the class has no member for are passed over. Without it they are a <see cref="FormatException"/>.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct)]
public sealed class BsonIgnoreExtraElementsAttribute(bool ignoreExtraElements = true) : Attribute
{
    /// <summary>Whether it is so.</summary>
    public bool IgnoreExtraElements { get; } = ignoreExtraElements;
}

/// <summary>The constructor that deserialization calls.</summary>
[AttributeUsage(AttributeTargets.Constructor)]
public sealed class BsonConstructorAttribute : Attribute;
