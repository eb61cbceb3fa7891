namespace Customer.Api.Stress;

/// <summary>What a batch came to.</summary>
/// <param name="Inserted">Documents that were acknowledged.</param>
/// <param name="Bytes">Their size in BSON.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="IsCutShort">Whether the time limit ended it.</param>
internal sealed record BatchInsertResult(int Inserted, long Bytes, double Seconds, bool IsCutShort);
