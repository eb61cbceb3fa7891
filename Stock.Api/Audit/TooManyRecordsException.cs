namespace Stock.Api.Audit;

/// <summary>There are more reservation records than one step or one call can examine.</summary>
internal sealed class TooManyRecordsException() : TimeoutException("There are too many reservation records to audit.");
