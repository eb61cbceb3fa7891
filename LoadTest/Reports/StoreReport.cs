namespace LoadTest.Reports;

/// <summary>A database: its settings, and its growth over the whole run; null: not asked.</summary>
/// <param name="Settings">What its durability depends on.</param>
/// <param name="BytesPerCheckout">Growth of what is stored for each committed checkout; without what was rewritten smaller meanwhile.</param>
internal sealed record StoreReport(IReadOnlyDictionary<string, string> Settings, IReadOnlyDictionary<string, double> BytesPerCheckout);
