namespace DocumentDb.Gateway.Bson;

/// <summary>The result of <see cref="BsonCheck"/>.</summary>
internal enum BsonFault
{
    None,
    Malformed,
    TooDeep,
}
