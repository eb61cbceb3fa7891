namespace ServiceDefaults;

/// <summary>A queue is full: nothing of the request was begun. Answered 503 with Retry-After.</summary>
public sealed class OverloadException : Exception
{
    /// <summary>With the standard text.</summary>
    public OverloadException() : base("Too many requests at once.") { }

    /// <summary>With a text.</summary>
    public OverloadException(string message) : base(message) { }

    /// <summary>With a text and a cause.</summary>
    public OverloadException(string message, Exception innerException) : base(message, innerException) { }
}
