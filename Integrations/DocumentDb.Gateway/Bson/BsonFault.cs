namespace DocumentDb.Gateway.Bson;

internal enum BsonFault
{
    None,
    Malformed,
    TooDeep,
}
