namespace LoadTest.Reports;

/// <summary>A database's settings, and its growth over the whole run; null if it was not queried.</summary>
/// <param name="Settings">The settings that its durability depends on.</param>
/// <param name="BytesPerCheckout">Growth of stored data per committed checkout, without data that was compacted meanwhile.</param>
internal sealed record StoreReport(IReadOnlyDictionary<string, string> Settings, IReadOnlyDictionary<string, double> BytesPerCheckout);
