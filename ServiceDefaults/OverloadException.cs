namespace ServiceDefaults;

/// <summary>A queue is full, and nothing was begun for the request. Mapped to 503 with Retry-After.</summary>
public sealed class OverloadException : Exception
{
    /// <summary>Creates an instance with the default message.</summary>
    public OverloadException() : base("Too many requests at once.") { }

    /// <summary>Creates an instance with a message.</summary>
    public OverloadException(string message) : base(message) { }

    /// <summary>Creates an instance with a message and a cause.</summary>
    public OverloadException(string message, Exception innerException) : base(message, innerException) { }
}
