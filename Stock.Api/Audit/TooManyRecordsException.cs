namespace Stock.Api.Audit;

/// <summary>More records than can be looked at in one step, or in one call.</summary>
internal sealed class TooManyRecordsException() : TimeoutException("There are more records of reservations than an audit looks at.");
