namespace LoadTest.Reports;

/// <summary>The number of answers with a status and problem type.</summary>
internal sealed record AnswerReport(int Status, string Type, long Count);
