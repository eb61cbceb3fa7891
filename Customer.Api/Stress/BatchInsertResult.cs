namespace Customer.Api.Stress;

/// <param name="Inserted">Number of acknowledged documents.</param>
/// <param name="Bytes">Their BSON size in bytes.</param>
/// <param name="Seconds">Duration of the batch.</param>
/// <param name="IsCutShort">Whether the time limit ended the batch.</param>
internal sealed record BatchInsertResult(int Inserted, long Bytes, double Seconds, bool IsCutShort);
