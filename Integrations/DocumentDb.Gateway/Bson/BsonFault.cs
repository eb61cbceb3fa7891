namespace DocumentDb.Gateway.Bson;

/// <summary>What <see cref="BsonCheck"/> found.</summary>
internal enum BsonFault
{
    None,
    Malformed,
    TooDeep,
}
