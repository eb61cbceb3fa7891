namespace LoadTest.Reports;

/// <summary>Answers of a status and problem type.</summary>
internal sealed record AnswerReport(int Status, string Type, long Count);
